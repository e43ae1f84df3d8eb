import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { checkUpstream } from '../../src/app/check/check-upstream.ts';
import { loadYaml } from '../support/load-yaml.ts';

vi.mock('node:os', async (importOriginal) => ({
  ...(await importOriginal<typeof import('node:os')>()),
  networkInterfaces: vi.fn(),
}));

vi.mock('node:dns/promises', () => ({ lookup: vi.fn() }));

/** An address beyond loopback that every Linux answers on: to the check it is one of an interface. */
const outward = '127.0.0.2';

/** Lines about an application whose name leads to `address`. */
async function linesAbout(settings: { port: number; listen?: number; admin?: number; address?: string }) {
  // By its addresses the configuration itself would see a loop, and refuse it.
  const isLookedUp = settings.listen !== undefined || settings.admin !== undefined;
  const { port, listen = await freePort(), admin = await freePort(), address = '127.0.0.1' } = settings;
  vi.mocked(lookup as (name: string, options: { all: true }) => Promise<unknown>).mockResolvedValue([
    { address, family: 4 },
  ]);
  vi.mocked(networkInterfaces).mockReturnValue({
    eth0: [
      { address: outward, netmask: '', mac: '', internal: false, cidr: null, family: 'IPv4' },
      { address: 'fe80::1', netmask: '', mac: '', internal: false, cidr: null, family: 'IPv6', scopeid: 1 },
    ],
  });
  const loaded = loadYaml(`
upstream: { url: "http://app.test:${port}", ${isLookedUp ? '' : `addresses: ["${address}"]`} }
listen: { port: ${listen} }
admin: { port: ${admin} }
routes: [{ name: hook, path: /hook }]
`);
  if (loaded.kind !== 'ok') return expect.unreachable();
  const checks = await checkUpstream(loaded.config);
  return checks.map(({ name, result, detail }) => `${result} ${name}: ${detail}`);
}

async function listenOn(host: string): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

test.each(['listen', 'admin'] as const)(
  'an application at the port of %s is the gate itself',
  async (place) => {
    const port = await listenOn('127.0.0.1');
    expect(await linesAbout({ port, [place]: port })).toContain(
      `failed loop: http://app.test:${port}/ leads to 127.0.0.1 port ${port}, where the gate itself listens`,
    );
  },
);

test('the same port of another machine is no loop', async () => {
  const port = await freePort();
  const lines = await linesAbout({ port, listen: port, address: '192.0.2.1' });
  expect(lines.join('\n')).not.toMatch(/loop|bypass/);
});

test('an application that listens on every address is one that others reach', async () => {
  const port = await listenOn('0.0.0.0');
  const lines = await linesAbout({ port });
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(`warning bypass: the application listens on ${outward} port ${port}: `);
});

test('one on loopback alone is not', async () => {
  const lines = await linesAbout({ port: await listenOn('127.0.0.1') });
  expect(lines).toEqual([expect.stringMatching(/^good upstream/)]);
});
