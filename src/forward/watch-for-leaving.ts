import type { Socket } from 'node:net';

/**
 * Destroys a client's socket when the client leaves while its handshake waits for the application. Until then nobody
 * reads the socket, so without this its end would not be seen and the application's connection would stay open. What
 * the client sends ahead stays in the socket's buffer. Returns what ends the watch.
 */
export function watchForLeaving(socket: Socket): () => void {
  // Reads from the kernel, and takes nothing out of the buffer.
  const look = (): void => void socket.read(0);
  const leave = (): void => void socket.destroy();
  socket.on('readable', look);
  socket.on('end', leave);
  return () => {
    socket.off('readable', look);
    socket.off('end', leave);
  };
}
