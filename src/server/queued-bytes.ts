import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { BriefMap } from '../values/brief-map.ts';

/** Over all connections. Enough for what one read can hold: 3,000 of the shortest requests, of 18 bytes each. */
const maxBytes = 11 * 1024 ** 2;

/**
 * Bounds the memory of requests that came before their turn. Node makes a request of everything in one read of a socket,
 * and keeps them until they are answered or the connection closes.
 */
export function createQueuedBytes() {
  const perSocket = new BriefMap<Socket, number>();
  let taken = 0;

  function add(socket: Socket, bytes: number): void {
    const before = perSocket.get(socket);
    if (before === undefined) {
      socket.once('close', () => {
        taken -= perSocket.get(socket) ?? 0;
        perSocket.delete(socket);
      });
    }
    perSocket.set(socket, (before ?? 0) + bytes);
    taken += bytes;
  }

  return {
    /** False where there is no room for it. */
    take(request: IncomingMessage): boolean {
      const bytes = bytesOf(request);
      if (taken + bytes > maxBytes) return false;
      add(request.socket, bytes);
      return true;
    },
    /** Its turn has come. */
    giveBack(request: IncomingMessage): void {
      if (perSocket.has(request.socket)) add(request.socket, -bytesOf(request));
    },
  };
}

/** Of the head, of as much of the body as one read brings, and of Node's objects. */
function bytesOf({ headers, rawHeaders, url = '' }: IncomingMessage): number {
  const length =
    headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : oneReadBytes;
  return rawHeaders.reduce(
    (sum, text) => sum + text.length + stringBytes,
    url.length + objectsBytes + Math.min(length, oneReadBytes),
  );
}

const oneReadBytes = 64 * 1024;
const stringBytes = 24;
const objectsBytes = 3 * 1024;
