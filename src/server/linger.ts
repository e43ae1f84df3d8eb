import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** What a sender may still pour in after its last answer, and how long it has for reading that answer. */
export interface LingerLimits {
  readonly maxBytes: number;
  readonly timeMs: number;
}

export const usualLinger: LingerLimits = { maxBytes: 256 * 1024, timeMs: 1000 };

/**
 * Closes a connection that may still be sending (RFC 9112 section 9.6). A plain close would answer the bytes
 * under way with a reset, which can reach the sender before it has read the answer; keeping the connection
 * would swallow whatever it pours in (a keep-alive 403 took 2.2 GB in 1.5 s). So: answer, half-close, discard a
 * little, then stop reading, and destroy when the time is over or the sender has closed.
 */
export function lingerAndClose(socket: Socket, limits: LingerLimits): void {
  if (socket.destroyed) return;
  socket.end();
  const timer = setTimeout(() => socket.destroy(), limits.timeMs);
  socket.once('close', () => clearTimeout(timer));
}

/**
 * Makes Node close the connection so once its last answer is written, and discards the `rest` of the request until
 * then. Node calls `destroySoon` on the socket of a last response; its own closes without lingering.
 */
export function lingerAfterAnswer(
  connection: { willLinger: boolean },
  socket: Socket,
  limits: LingerLimits,
  rest: IncomingMessage | undefined,
): void {
  if (connection.willLinger) return;
  connection.willLinger = true;
  if (rest !== undefined) discard(rest, limits);
  const { destroySoon } = socket;
  socket.destroySoon = () => {
    // Put back rather than deleted: V8 turns an object that loses a property into a slow one.
    socket.destroySoon = destroySoon;
    // The usual small body has arrived with its head: nothing is under way that a close would answer with a reset.
    if (rest?.complete === true) return socket.destroySoon();
    lingerAndClose(socket, limits);
    if (rest === undefined) socket.resume();
    else rest.once('end', () => socket.destroySoon());
  };
}

/**
 * Reads bytes that cannot be parsed while the answer to an earlier request is under way: up to `untilBytes` as they come,
 * then one piece a second. Not read at all, the socket would not tell that its client has left.
 */
export function readSlowly(socket: Socket, untilBytes: number): void {
  if (socket.bytesRead <= untilBytes || socket.isPaused()) return;
  socket.pause();
  setTimeout(() => socket.resume(), lookEveryMs).unref();
}

const lookEveryMs = 1000;

/** Reads on until the budget is spent; then the sender's own buffers fill up and it has to stop. */
function discard(request: IncomingMessage, limits: LingerLimits): void {
  const { socket } = request;
  const maxBytesRead = socket.bytesRead + limits.maxBytes;
  request.on('data', () => {
    if (socket.bytesRead > maxBytesRead) request.pause();
  });
  request.resume();
}
