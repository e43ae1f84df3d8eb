import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Delivery } from '../delivery/delivery.ts';
import type { Rejection } from '../delivery/rejections.ts';

/**
 * Streams to the application what the judge lets through, and owns its body and its answer. It resolves to the refusal
 * that is still to be answered where the application gave no answer, and to undefined once the request is over. It
 * rejects or throws only by a fault.
 */
export interface Streams {
  request(
    request: IncomingMessage,
    response: ServerResponse,
    delivery: Delivery,
  ): Promise<Rejection | undefined>;
  /** `head` is what came after the request. */
  upgrade(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    delivery: Delivery,
  ): Promise<Rejection | undefined>;
  /** Whether this request may become a tunnel; asked for GET with `Upgrade: websocket` only. */
  mayUpgrade(request: IncomingMessage): boolean;
}
