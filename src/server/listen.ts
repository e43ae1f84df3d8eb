import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Listens on TCP. Rejects with the system's error (EADDRINUSE, EACCES, ...) when the port cannot be had. */
export async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  try {
    return await bind(server, host, port);
  } catch (error) {
    // "::" stands for every address. On a machine without IPv6 those are the IPv4 ones.
    if (host !== '::' || (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
    return bind(server, '0.0.0.0', port);
  }
}

async function bind(server: Server, host: string, port: number): Promise<AddressInfo> {
  server.listen({ host, port, backlog: 1024 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the port is not a TCP port');
  return address;
}
