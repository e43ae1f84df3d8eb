import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Listens on TCP. Rejects with the system's error (EADDRINUSE, EACCES, ...) when the port cannot be had. */
export async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  server.listen({ host, port, backlog: 1024 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the port is not a TCP port');
  return address;
}
