import type { Socket } from 'node:net';

/**
 * Ends a connection that sends requests ahead of the answers, and reads from none of the `others` until it has closed.
 *
 * Node makes a request of everything in one read of a socket, also when the socket was destroyed in the midst of it, and
 * lets go of them when it has closed: behind all sockets that have something to be read in the same turn of the loop.
 * Hundreds of connections that send thousands of requests at once would fill the memory in one turn.
 *
 * `mayBeRead` is asked once it has closed: whether another is read on, for a reason of its own.
 */
export function destroyBeforeReadingOn(
  socket: Socket,
  others: Iterable<Socket>,
  mayBeRead: (other: Socket) => boolean = () => true,
): void {
  // The requests behind the one for which it was.
  if (socket.destroyed) return;
  socket.destroy();
  const held: Socket[] = [];
  for (const other of others) {
    if (other === socket || other.isPaused()) continue;
    other.pause();
    held.push(other);
  }
  socket.once('close', () => {
    for (const other of held) if (!other.destroyed && mayBeRead(other)) other.resume();
  });
}
