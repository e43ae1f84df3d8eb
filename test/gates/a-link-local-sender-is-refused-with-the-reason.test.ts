import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/addresses/address.ts';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { readAllowlist } from '../../src/config/allowlist-file.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { Rejection } from '../../src/delivery/rejections.ts';
import { createClientAddressGate } from '../../src/gates/client-address.ts';
import { aWellFormedDelivery } from '../support/stages-by-hand.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const own = Object.entries(networkInterfaces())
  .flatMap(([name, addresses]) => (addresses ?? []).map(({ address }) => ({ name, address })))
  .find(({ address }) => address.startsWith('fe80:'));

test.skipIf(own === undefined)(
  'a socket reports a link-local peer with its zone, which is no address',
  async () => {
    const server = createServer().listen(0, '::');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const socket = connect({ port, host: `${own?.address}%${own?.name}` });
    const [peer] = await once(server, 'connection');

    expect(peer.remoteAddress).toMatch(/^fe80:.*%/);
    expect(parseAddress(peer.remoteAddress)).toBeUndefined();
    socket.destroy();
    peer.destroy();
    server.close();
  },
);

test('it is refused, and the log says what would help', () => {
  const gate = createClientAddressGate({ from: 'peer', trustedProxies: compileAddressSet([]) });
  const verdict = gate(aWellFormedDelivery({ address: 'fe80::1%eth0' }, []));

  expect(verdict).toBeInstanceOf(Rejection);
  expect((verdict as Rejection).detail).toMatch(/zone ids are refused.*another address/);
});

test.each(['fe80::/10', 'fe80::1', 'febf::/16'])('an entry %s is told to admit nobody', async (range) => {
  const file = join(temporaryDirectory(), 'allowlist.yaml');
  writeFileSync(file, `addresses:\n  - "${range}"\n`);
  const flags = { upstream: 'http://app:1', path: '/a', allow: [range] };
  const proxies = {
    HOOKGATE_CLIENT_ADDRESS_FROM: 'forwarded',
    HOOKGATE_CLIENT_ADDRESS_TRUSTED_PROXIES: range,
  };

  expect(await readAllowlist(file)).toMatchObject({ warnings: [expect.stringContaining('zone id')] });
  expect(loadConfig({ env: {}, flags })).toMatchObject({ warnings: [expect.stringContaining('zone id')] });
  expect(loadConfig({ env: proxies, flags: { ...flags, allow: [] } })).toMatchObject({
    warnings: [expect.stringContaining('zone id')],
  });
});

test.each(['fec0::/10', '2001:db8::1', '169.254.0.0/16', '::/0'])(
  'nothing of that is said of %s',
  async (range) => {
    const file = join(temporaryDirectory(), 'allowlist.yaml');
    writeFileSync(file, `addresses:\n  - "${range}"\n`);
    expect(JSON.stringify(await readAllowlist(file))).not.toContain('zone id');
  },
);
