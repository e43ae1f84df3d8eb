import { once } from 'node:events';
import { lstat, rm } from 'node:fs/promises';
import { createServer } from 'node:net';

export interface StopSocket {
  close(): Promise<void>;
}

/**
 * A Unix socket on which whoever connects says that a stop is near; the connection is closed once `onStop` has run.
 *
 * The preStop hook of a sidecar needs a way to its own gate. A signal is none: the first process of the namespace is
 * somebody else's with `shareProcessNamespace`, and the host's with `hostPID`. Nor is a port, which all containers of
 * the pod share. Rejects with the system's error where the directory cannot be written.
 */
export async function listenForStop(path: string, onStop: () => void): Promise<StopSocket> {
  // Left behind by a process that was killed: the directory outlives a container. Whatever else is there is somebody's.
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() === true) await rm(path, { force: true });
  else if (found !== undefined)
    throw new Error(
      `drain.socket: found something else than a socket at ${path}; expected a path that is free`,
    );
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    onStop();
    socket.end();
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
