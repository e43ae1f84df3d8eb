/** Readiness asks nobody to deliver an event first: a server that answers and would refuse a record is down. */
import { expect, test } from 'vitest';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { openRedis } from '../support/open-redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { startRedis } from '../support/redis-server.ts';
import { claimed, newKey } from '../support/store-keys.ts';
import { until } from '../support/until.ts';

/** What each fault is made and mended with, and what the health then says. */
const faults = {
  'is out of memory': [['maxmemory', '100kb'], ['maxmemory', '0'], /OOM/],
  'has too few replicas': [['min-replicas-to-write', '1'], ['min-replicas-to-write', '0'], /NOREPLICAS/],
} as const;

test.each(Object.entries(faults))('a server that %s, without an event', async (_, [broken, whole, said]) => {
  const server = await startRedis();
  const { store, troubles } = await openRedis({ url: server.url });
  expect(await store.health()).toMatchObject({ up: true });
  await server.ask('CONFIG', 'SET', ...broken);
  await until(async () => !(await store.health()).up);
  expect(await store.health()).toMatchObject({ up: false, detail: expect.stringMatching(said) });
  expect(troubles).toEqual([expect.stringMatching(said)]);
  await server.ask('CONFIG', 'SET', ...whole);
  await until(async () => (await store.health()).up);
  await deliver(store);
});

test('a server that is out of memory already when the gate starts', async () => {
  const server = await startRedis({ maxmemory: '100kb' });
  const { store } = await openRedis({ url: server.url });
  expect(await store.health()).toMatchObject({ up: false, detail: expect.stringContaining('OOM') });
});

test('a server that became a replica, without an event', async () => {
  const server = await startRedis();
  const { store } = await openRedis({ url: server.url });
  await server.ask('REPLICAOF', '127.0.0.1', '1');
  await until(async () => !(await store.health()).up);
  await server.ask('REPLICAOF', 'NO', 'ONE');
  await until(async () => (await store.health()).up);
});

test('one shard of a cluster that is out of memory', async () => {
  const { masters } = await startRedisCluster(3);
  const { store } = await openRedis({ url: masters.map(({ url }) => url) });
  await masters[1]?.ask('CONFIG', 'SET', 'maxmemory', '100kb');
  await until(async () => !(await store.health()).up);
  expect(await store.health()).toMatchObject({ detail: expect.stringContaining('OOM') });
  await masters[1]?.ask('CONFIG', 'SET', 'maxmemory', '0');
  await until(async () => (await store.health()).up);
});

test('the probe leaves nothing behind', async () => {
  const server = await startRedis();
  const { store } = await openRedis({ url: server.url });
  expect(await store.health()).toMatchObject({ up: true });
  expect(await server.ask('DBSIZE')).toBe(0);
});

async function deliver(store: DuplicateStore): Promise<void> {
  const key = newKey();
  expect(await store.confirm(key, await claimed(store, key, 60_000), 600_000)).toBe(true);
}

test.each([
  ['scripts', ['-eval', '-evalsha'], 0],
  ['WAIT', ['-wait'], 1],
] as const)(
  'a user who may claim and is forbidden %s, without which nothing is recorded',
  async (_, rules, minReplicas) => {
    const server = await startRedis();
    await server.ask('ACL', 'SETUSER', 'gate', 'on', 'nopass', '~hookgate:*', '+@all', ...rules);
    const { store } = await openRedis({ url: `redis://gate@127.0.0.1:${server.port}`, minReplicas });
    expect(await store.health()).toMatchObject({ up: false, detail: expect.stringMatching(/NOPERM/) });
    // The application must not get an event that nobody could remember.
    await expect(store.claim(newKey(), 60_000)).rejects.toThrow(/NOPERM/);
    // A repeat of one that was delivered before is told from it all the same.
    const known = newKey();
    await server.ask('SET', `hookgate:{${known}}`, 'd');
    expect(await store.claim(known, 60_000)).toEqual({ kind: 'delivered' });
    await server.ask('ACL', 'SETUSER', 'gate', '+@all');
    await until(async () => (await store.health()).up);
    await claimed(store, newKey(), 60_000);
  },
);

test('where one shard of a cluster records nothing, its keys are not claimed, and the others are', async () => {
  const { masters } = await startRedisCluster(3);
  const { store } = await openRedis({ url: masters.map(({ url }) => url) });
  await masters[1]?.ask('ACL', 'SETUSER', 'default', '-eval', '-evalsha');
  await until(async () => !(await store.health()).up);
  const claims = Array.from({ length: 60 }, async () => {
    const key = newKey();
    const token = await claimed(store, key, 60_000);
    return store.confirm(key, token, 600_000);
  });
  const ends = await Promise.allSettled(claims);
  const refused = ends.filter(({ status }) => status === 'rejected').length;
  expect(refused).toBeGreaterThan(0);
  expect(ends.filter((end) => end.status === 'fulfilled' && end.value)).toHaveLength(60 - refused);
  expect(await masters[1]?.ask('DBSIZE')).toBe(0);
});

test('a server whose policy turns to evicting while the gate runs, without an event', async () => {
  const server = await startRedis();
  const { store, troubles } = await openRedis({ url: server.url });
  await server.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  await until(async () => !(await store.health()).up);
  expect(troubles).toEqual([expect.stringMatching(/has maxmemory-policy allkeys-lru, which forgets/)]);
  await server.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await until(async () => (await store.health()).up);
});
