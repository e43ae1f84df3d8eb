import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Peer } from '../delivery/delivery.ts';
import type { ClientExchange } from './client-exchange.ts';

/**
 * What is known of one client connection. Requests on it are judged one after the other, also where the client
 * pipelines them: nothing that follows a refused or ambiguous request may reach the gates.
 */
export class ClientConnection {
  readonly peer: Peer;
  readonly secure: boolean;
  /** The request that is judged or answered now. */
  current: ClientExchange | undefined;
  /** Pipelined requests behind it. */
  readonly waiting: ClientExchange[] = [];
  /** Nothing that comes from now on is taken. The connection closes once all that was taken is answered. */
  isLast = false;
  /** Requests that came after `isLast` was set. */
  untaken = 0;
  /** The bytes on it can no longer be parsed. */
  isBroken = false;
  /** Its end is a lingering close. */
  willLinger = false;
  /** `socket.bytesRead` at which a broken connection is no longer read. */
  discardUntilBytes = 0;
  /** The latest answer until it has left, to find senders that never read it. */
  answered: ServerResponse | undefined;
  /** When the latest answer was written, or the connection was admitted. */
  restsSinceMs: number;
  /** A verified event or a passed request came on it. */
  isKnown = false;
  /** True once a request was parsed. */
  isUsed = false;

  /** `socket.bytesRead` at `restsSinceMs`. Not 0 at the beginning where a PROXY protocol header was read. */
  private bytesReadAtRest: number;

  constructor(peer: Peer, secure: boolean, admitted: { readonly bytesRead: number; readonly atMs: number }) {
    this.peer = peer;
    this.secure = secure;
    this.bytesReadAtRest = admitted.bytesRead;
    this.restsSinceMs = admitted.atMs;
  }

  /** The answer that is given now is followed by a close. */
  get answersLast(): boolean {
    return this.isLast && this.waiting.length === 0;
  }

  /** What comes now is left in the system's buffers until what has come is answered. */
  get isNotRead(): boolean {
    return this.current !== undefined && (this.isLast || this.waiting.length > 0);
  }

  /** Bytes came that nobody takes: a plain close would answer them with a reset. */
  get hasUntakenBytes(): boolean {
    return this.isBroken || this.untaken > 0;
  }

  /** The request whose body is still coming. */
  get incomplete(): ClientExchange | undefined {
    const latest = this.waiting.at(-1) ?? this.current;
    return latest?.request.complete === false ? latest : undefined;
  }

  /** Its request is judged, or the answer to one is on its way. */
  get isJudged(): boolean {
    if (this.current !== undefined) return !this.current.isStreaming;
    return this.answered?.writableFinished === false;
  }

  /** Sets `isLast`. Where the answer that is owed now is the last one and has not begun, its head says `close`. */
  becomeLast(): void {
    this.isLast = true;
    const response = this.current?.response;
    if (this.answersLast && response?.headersSent === false) response.shouldKeepAlive = false;
  }

  /** The current request has its answer, which may still be on its way. */
  rest(socket: Socket, atMs: number): void {
    this.restsSinceMs = atMs;
    this.bytesReadAtRest = socket.bytesRead;
  }

  /** Not a byte of HTTP has come. */
  isSilent(socket: Socket): boolean {
    return !this.isUsed && socket.bytesRead === this.bytesReadAtRest;
  }

  /** No request has begun, and the latest answer has left. One that closes by itself, or has left HTTP, never rests. */
  isResting(socket: Socket): boolean {
    if (this.current !== undefined || this.isLast || socket.bytesRead !== this.bytesReadAtRest) return false;
    return this.answered === undefined || this.answered.writableFinished;
  }
}
