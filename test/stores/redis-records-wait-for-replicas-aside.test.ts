/** minReplicas: WAIT holds up what follows it on its connection, and claims must not be what follows. */
import { expect, test } from 'vitest';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { openRedis } from '../support/open-redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { claimed, newKey } from '../support/store-keys.ts';
import { until } from '../support/until.ts';

const leaseMs = 60_000;
const retentionMs = 600_000;

async function storeWithReplica(timeoutMs: number): Promise<{
  master: RedisServer;
  replica: RedisServer;
  store: DuplicateStore;
}> {
  const master = await startRedis({ 'repl-diskless-sync-delay': '0' });
  const replica = await startRedis({ replicaof: `127.0.0.1 ${master.port}` });
  await until(async () => String(await replica.ask('INFO', 'replication')).includes('master_link_status:up'));
  const { store } = await openRedis({ url: master.url, minReplicas: 1, timeoutMs });
  return { master, replica, store };
}

test('claims are answered while a record waits for a replica that hangs', async () => {
  const { master, replica, store } = await storeWithReplica(60_000);
  const key = newKey();
  const token = await claimed(store, key, leaseMs);
  replica.process.kill('SIGSTOP');
  let recorded = false;
  const recording = store.confirm(key, token, retentionMs).then((held) => {
    recorded = true;
    return held;
  });
  await until(async () => String(await master.ask('INFO', 'clients')).includes('blocked_clients:1'));
  for (let n = 0; n < 50; n++) await store.release(newKey(), await claimed(store, newKey(), leaseMs));
  expect(recorded).toBe(false);
  replica.process.kill('SIGCONT');
  expect(await recording).toBe(true);
});

test('records made at once share their waiting', async () => {
  const { master, store } = await storeWithReplica(20_000);
  const keys = Array.from({ length: 200 }, newKey);
  const tokens = await Promise.all(keys.map((key) => claimed(store, key, leaseMs)));
  const held = await Promise.all(keys.map((key, n) => store.confirm(key, tokens[n] as string, retentionMs)));
  expect(new Set(held)).toEqual(new Set([true]));
  const stats = String(await master.ask('INFO', 'commandstats'));
  const waits = Number(/cmdstat_wait:calls=(\d+)/.exec(stats)?.[1]);
  expect(waits).toBeGreaterThan(0);
  expect(waits).toBeLessThan(50);
});

test('each shard of a cluster waits for its own replica', async () => {
  const { masters, replicas } = await startRedisCluster(3, { replicas: true });
  const { store } = await openRedis({
    url: masters.map(({ url }) => url),
    minReplicas: 1,
    timeoutMs: 20_000,
  });
  const keys = Array.from({ length: 60 }, newKey);
  for (const key of keys) {
    expect(await store.confirm(key, await claimed(store, key, leaseMs), retentionMs)).toBe(true);
  }
  const sizes = await Promise.all(replicas.map(async (node) => Number(await node.ask('DBSIZE'))));
  expect(sizes.reduce((sum, size) => sum + size)).toBe(keys.length);
});

test('records that no replica takes all fail within the timeout, and their connection stays', async () => {
  const { master, replica, store } = await storeWithReplica(1000);
  await replica.kill();
  const keys = Array.from({ length: 50 }, newKey);
  const tokens = await Promise.all(keys.map((key) => claimed(store, key, leaseMs)));
  const ends = await Promise.allSettled(
    keys.map((key, n) => store.confirm(key, tokens[n] as string, retentionMs)),
  );
  for (const end of ends) {
    expect(end).toMatchObject({ reason: { message: expect.stringMatching(/^Only 0 of 1 replicas/) } });
  }
  expect(await store.health()).toMatchObject({ up: true });
  expect(await master.ask('EXISTS', ...keys.map((key) => `hookgate:{${key}}`))).toBe(50);
});
