/** Resharding a cluster while gates use it: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ */
import { expect, test } from 'vitest';
import { slotOf } from '../../src/stores/redis/slot.ts';
import { openRedis } from '../support/open-redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { claimed, newKey } from '../support/store-keys.ts';

const leaseMs = 60_000;
const retentionMs = 600_000;

test('keys of a slot on its way are claimed and recorded at either node, and found where it arrives', async () => {
  const { masters } = await startRedisCluster(2);
  const [from, to] = masters as [RedisServer, RedisServer];
  const { store } = await openRedis({ url: masters.map(({ url }) => url), timeoutMs: 5000 });
  const slot = 42;
  const keys = keysIn(slot, 6);
  const [held, kept, ...fresh] = keys as [string, string, ...string[]];
  const token = await claimed(store, held, leaseMs);
  expect(await store.confirm(kept, await claimed(store, kept, leaseMs), retentionMs)).toBe(true);

  const [fromId, toId] = [String(await from.ask('CLUSTER', 'MYID')), String(await to.ask('CLUSTER', 'MYID'))];
  await to.ask('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', fromId);
  await from.ask('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', toId);

  // Those that are still at the old node are served there; new ones are served by the new one, after ASK.
  expect(await store.confirm(held, token, retentionMs)).toBe(true);
  for (const key of fresh) {
    expect(await store.confirm(key, await claimed(store, key, leaseMs), retentionMs)).toBe(true);
  }
  expect(await from.ask('CLUSTER', 'COUNTKEYSINSLOT', String(slot))).toBe(2);
  expect(await to.ask('CLUSTER', 'COUNTKEYSINSLOT', String(slot))).toBe(fresh.length);
  expect((await store.health()).up).toBe(true);

  const names = [held, kept].map((key) => `hookgate:{${key}}`);
  await from.ask('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...names);
  for (const node of [to, from]) await node.ask('CLUSTER', 'SETSLOT', String(slot), 'NODE', toId);

  for (const key of keys) expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
  expect((await store.health()).up).toBe(true);
});

function keysIn(slot: number, count: number): string[] {
  const keys: string[] = [];
  while (keys.length < count) {
    const key = newKey();
    if (slotOf(key) === slot) keys.push(key);
  }
  return keys;
}
