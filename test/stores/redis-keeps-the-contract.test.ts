import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { slotOf } from '../../src/stores/redis/slot.ts';
import { openRedis } from '../support/open-redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { startRedis } from '../support/redis-server.ts';
import { describeStoreContract } from './contract.ts';

/** The server's clock is its own, so time has to pass. */
const advance = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describeStoreContract('the store in Redis', async () => {
  const server = await startRedis();
  return { store: (await openRedis({ url: server.url, timeoutMs: 5000 })).store, advance };
});

test('a cluster of three shards keeps claims, records and releases of 300 keys', async () => {
  const { masters } = await startRedisCluster(3);
  const { store } = await openRedis({ url: masters.map(({ url }) => url).slice(0, 1), timeoutMs: 5000 });
  expect(await store.health()).toMatchObject({ up: true });
  const keys = Array.from({ length: 300 }, () => randomUUID().replaceAll('-', '').repeat(2));
  const ends = await Promise.all(
    keys.map(async (key, n) => {
      const claim = await store.claim(key, 60_000);
      if (claim.kind !== 'claimed') throw new Error(claim.kind);
      if (n % 3 === 0) await store.release(key, claim.token);
      if (n % 3 === 1) await store.confirm(key, claim.token, 60_000);
      return (await store.claim(key, 60_000)).kind;
    }),
  );
  const wanted = keys.map((_, n) => ['claimed', 'delivered', 'in_flight'][n % 3]);
  expect(ends).toEqual(wanted);
  const sizes = await Promise.all(masters.map(async (node) => Number(await node.ask('DBSIZE'))));
  expect(sizes.reduce((a, b) => a + b)).toBe(300);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  const [first] = masters;
  for (const key of keys.slice(0, 5)) {
    expect(slotOf(key)).toBe(Number(await first?.ask('CLUSTER', 'KEYSLOT', `hookgate:{${key}}`)));
  }
});
