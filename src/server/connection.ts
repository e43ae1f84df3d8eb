import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Peer } from '../delivery/delivery.ts';
import type { Exchange } from './exchange.ts';

/**
 * What is known of one client connection. Requests on it are judged one after the other, also where the client
 * pipelines them: nothing that follows a refused or ambiguous request may reach the gates.
 */
export class Connection {
  readonly peer: Peer;
  readonly secure: boolean;
  /** The request that is judged or answered now. */
  current: Exchange | undefined;
  /** Pipelined requests behind it. */
  readonly waiting: Exchange[] = [];
  /** The current answer is the last one; nothing that comes after it is judged. */
  isLast = false;
  /** The bytes on it can no longer be parsed. */
  isBroken = false;
  /** `socket.bytesRead` at which a broken connection is no longer read. */
  discardUntilBytes = 0;
  /** The latest answer and when it was written, to find senders that never read it. */
  answered: ServerResponse | undefined;
  answeredAtMs = 0;
  /** True once a request was parsed. */
  isUsed = false;

  /** `socket.bytesRead` when HTTP began; a PROXY protocol header comes before it. */
  readonly bytesReadBefore: number;

  constructor(peer: Peer, secure: boolean, bytesReadBefore: number) {
    this.peer = peer;
    this.secure = secure;
    this.bytesReadBefore = bytesReadBefore;
  }

  /** Not a byte of HTTP has come. */
  isSilent(socket: Socket): boolean {
    return !this.isUsed && socket.bytesRead === this.bytesReadBefore;
  }
}
