import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

/**
 * Stops listening and closes idle connections; resolves once every other one has closed, or was destroyed because
 * `deadlineMs` had passed.
 */
export function closeServer(
  server: HttpServer | HttpsServer,
  open: Iterable<Socket>,
  deadlineMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, deadlineMs);
    // The error only says that it was not listening.
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
  });
}
