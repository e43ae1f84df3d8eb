import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * Where nothing but the end of the connection tells a client that its answer is whole (HTTP/1.0, RFC 9112 section 6.3), a
 * connection that is destroyed before all of `answer` has left ends with a reset: its plain end would make a whole answer
 * of a half one. Over TLS the missing close_notify tells it already.
 */
export function resetWhenCut(socket: Socket, answer: Writable): void {
  if ('encrypted' in socket) return;
  const { destroy } = socket;
  socket.destroy = (error) => {
    // Put back rather than deleted: V8 turns an object that loses a property into a slow one.
    socket.destroy = destroy;
    // Behind the last byte the plain end may be under way, and a socket that is shutting down takes no reset: it would stay.
    const isWhole = answer.writableEnded && answer.writableLength === 0;
    return isWhole || socket.destroyed ? socket.destroy(error) : socket.resetAndDestroy();
  };
}
