import { once } from 'node:events';
import { connect, type ListenOptions, Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../src/server/listen.ts';

/** As on a machine that was booted with ipv6.disable=1: the system knows no such family. */
class ServerWithoutIpv6 extends Server {
  override listen(...args: unknown[]): this {
    const { host, port } = args[0] as ListenOptions;
    if (!host?.includes(':')) return super.listen({ host, port });
    const error = Object.assign(new Error(`listen EAFNOSUPPORT ${host}`), { code: 'EAFNOSUPPORT' });
    process.nextTick(() => this.emit('error', error));
    return this;
  }
}

test('the default "::" takes every IPv4 address', async () => {
  const server = new ServerWithoutIpv6();
  onTestFinished(() => void server.close());
  const { address, port } = await listen(server, '::', 0);
  expect(address).toBe('0.0.0.0');
  const client = connect({ host: '127.0.0.1', port });
  await once(client, 'connect');
  client.destroy();
});

test('one IPv6 address that was asked for is not replaced by anything', async () => {
  await expect(listen(new ServerWithoutIpv6(), '::1', 0)).rejects.toThrow('EAFNOSUPPORT');
});

test('a port that is taken is told as such, and not tried elsewhere', async () => {
  const taken = new Server();
  onTestFinished(() => void taken.close());
  const { port } = await listen(taken, '::', 0);
  await expect(listen(new Server(), '::', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
