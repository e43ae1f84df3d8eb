import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Delivery } from './delivery.ts';
import type { Rejection } from './rejections.ts';

/**
 * Streams to the application what the judge lets through, and owns its body and its answer; an awaited 100 Continue was
 * sent. It resolves to the refusal that the client is still to be told where the application gave no answer, and to
 * undefined once the request is over. It rejects or throws only by a fault.
 */
export interface Streams {
  request(
    request: IncomingMessage,
    response: ServerResponse,
    delivery: Delivery,
  ): Promise<Rejection | undefined>;
  /** `head` is what came after the request; what it refuses has had no byte of an answer. */
  upgrade(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    delivery: Delivery,
  ): Promise<Rejection | undefined>;
  /** Whether this request may become a tunnel; asked for GET with `Upgrade: websocket` only. */
  mayUpgrade(request: IncomingMessage): boolean;
}
