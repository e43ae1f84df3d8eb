import { expect, test } from 'vitest';
import { createPeerShares } from '../../src/server/peer-shares.ts';
import { openRaw, post } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

test('a peer over its share is cut off at once and counted, another peer is served', async () => {
  const gate = await openTrafficPort({ host: '0.0.0.0', limits: { connectionsPerPeer: 3 } });
  const held = await Promise.all([1, 2, 3].map(() => openRaw(gate.port)));
  for (const client of held) {
    client.send(post('{}'));
    await client.answers(1);
  }

  const excess = await openRaw(gate.port);
  await excess.closing();
  expect(gate.refusedConnections).toEqual(['connections_per_peer']);

  const other = await openRaw(gate.port, '127.0.0.1', { localAddress: '127.0.0.2' });
  other.send(post('{}'));
  expect(await other.answers(1)).toEqual([200]);

  held[0]?.socket.destroy();
  await expect.poll(() => gate.server.openConnections()).toBe(3);
  const later = await openRaw(gate.port);
  later.send(post('{}'));
  expect(await later.answers(1)).toEqual([200]);
});

test('a trusted proxy holds as many as it needs', async () => {
  const gate = await openTrafficPort({ limits: { connectionsPerPeer: 1 }, isTrustedProxy: () => true });
  const clients = await Promise.all([1, 2, 3, 4].map(() => openRaw(gate.port)));
  for (const client of clients) {
    client.send(post('{}'));
    expect(await client.answers(1)).toEqual([200]);
  }
  expect(gate.refusedConnections).toEqual([]);
});

test('over the limit of all connections a new one is closed and counted', async () => {
  const gate = await openTrafficPort({ limits: { connections: 2 } });
  const held = await Promise.all([1, 2].map(() => openRaw(gate.port)));
  await expect.poll(() => gate.server.openConnections()).toBe(2);

  const excess = await openRaw(gate.port);
  await excess.closing();

  expect(gate.refusedConnections).toEqual(['connections']);
  expect(held.some((client) => client.closed)).toBe(false);
});

test.each([
  ['192.0.2.1', '::ffff:192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:1:2:3:4', true],
  ['2001:db8::1:2:3:4', '2001:db8::9:2:3:4', true],
  ['::1', '::2', true],
])('%s and %s share one place: %s', (first, second, shared) => {
  const shares = createPeerShares(1);
  const giveBack = shares.take(first);
  expect(shares.take(second) === undefined).toBe(shared);
  giveBack?.();
  expect(shares.take(first)).toBeDefined();
});
