import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Delivery } from './delivery.ts';
import type { Rejection } from './rejections.ts';

/**
 * Streams requests to the application that the judge lets through: it reads their bodies and writes their answers. A
 * `100 Continue` that the client waits for was sent before. Resolves to undefined once the request is over, or, where the
 * application gave no answer, to the refusal that is still to be written. Throws or rejects only where the gate fails.
 */
export interface Streams {
  request(
    request: IncomingMessage,
    response: ServerResponse,
    delivery: Delivery,
  ): Promise<Rejection | undefined>;
  /** `head`: the bytes that came behind the request. Where it resolves to a refusal, no byte of an answer was written. */
  upgrade(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    delivery: Delivery,
  ): Promise<Rejection | undefined>;
  /** Whether this request may become a tunnel; asked for GET with `Upgrade: websocket` only. */
  mayUpgrade(request: IncomingMessage): boolean;
}
