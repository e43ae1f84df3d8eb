import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createUnrecorded } from '../../src/claims/unrecorded.ts';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { StoreUnavailable } from '../../src/delivery/duplicate-store.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';

const leaseMs = 60_000;
const retentionMs = 7 * 24 * 3_600_000;
const longestRetryMs = 10_000;
const longestStopMs = 5000;
const atOnce = 500;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Key `index` of a shard. */
function keyOf(shard: string, index: number): string {
  return shard + index.toString(16).padStart(63, '0');
}

function unrecordedOver(store: DuplicateStore) {
  return createUnrecorded({
    store,
    leaseMs,
    retryMs: 1000,
    maxKeys: 10_000,
    now: () => performance.now(),
    onAdded: () => undefined,
    onForgotten: () => undefined,
  });
}

/** A store that records what waits for it when it is told to. */
function storeByHand() {
  const memory = createMemoryStore({ maxKeys: 10_000, now: () => performance.now() });
  const waiting: (() => void)[] = [];
  const store: DuplicateStore = {
    ...memory,
    async confirm(...record) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return memory.confirm(...record);
    },
  };
  return {
    unrecorded: unrecordedOver(store),
    waiting: () => waiting.length,
    async record() {
      for (const resolve of waiting.splice(0)) resolve();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

/** A store whose shards can be away, each by the first digit of its keys, and what it was asked. */
function shardedStore() {
  const now = () => performance.now();
  const memory = createMemoryStore({ maxKeys: 10_000, now });
  const away = new Set<string>();
  let asked = 0;
  const reach = (key: string): void => {
    asked += 1;
    if (away.has(key.charAt(0))) throw new StoreUnavailable('the shard is away');
  };
  const store: DuplicateStore = {
    ...memory,
    async claim(key, forMs) {
      reach(key);
      return memory.claim(key, forMs);
    },
    async confirm(key, token, forMs) {
      reach(key);
      return memory.confirm(key, token, forMs);
    },
  };
  const unrecorded = unrecordedOver(store);
  return {
    away,
    unrecorded,
    /** Accepts so many events of a shard, which the store was not asked for. */
    accept(shard: string, count: number) {
      for (let index = 0; index < count; index++)
        unrecorded.add({ key: keyOf(shard, index), token: undefined, retentionMs });
    },
    recorded: async (shard: string, count: number) => {
      const known = await Promise.all(
        Array.from({ length: count }, (_, index) => memory.isDelivered(keyOf(shard, index))),
      );
      return known.filter(Boolean).length;
    },
    async pass(ms: number) {
      asked = 0;
      await vi.advanceTimersByTimeAsync(ms);
      return asked;
    },
  };
}

test('what the shards that are up can record is recorded in one round, whatever comes first', async () => {
  const { away, unrecorded, accept, recorded, pass } = shardedStore();
  away.add('a');
  accept('a', atOnce - 1);
  accept('b', 1200);
  await pass(1000);
  expect(await recorded('b', 1200)).toBe(1200);
  expect(unrecorded.size).toBe(atOnce - 1);
});

test('those that fail again and again never come before those that were not tried', async () => {
  const { away, accept, recorded, pass } = shardedStore();
  away.add('a');
  accept('a', 3 * atOnce);
  accept('b', 10);
  for (let round = 0; round < 4; round++) await pass(longestRetryMs);
  expect(await recorded('b', 10)).toBe(10);
});

test('while everything is down, a round asks for no more than one handful', async () => {
  const { away, unrecorded, accept, recorded, pass } = shardedStore();
  away.add('a');
  accept('a', 5000);
  expect(await pass(1000)).toBe(atOnce);
  away.delete('a');
  for (let round = 0; round < 2; round++) await pass(longestRetryMs);
  expect(await recorded('a', 5000)).toBe(5000);
  expect(unrecorded.size).toBe(0);
});

test('the pauses between rounds double while nothing is recorded, to ten seconds, and begin anew once something is', async () => {
  const { away, accept, pass } = shardedStore();
  away.add('a');
  accept('a', 1);
  // Seconds in which the store was asked.
  const askedIn = async (seconds: number) => {
    const found: number[] = [];
    for (let second = 1; second <= seconds; second++) if ((await pass(1000)) > 0) found.push(second);
    return found;
  };
  expect(await askedIn(45)).toEqual([1, 3, 7, 15, 25, 35, 45]);
  accept('b', 1);
  expect(await askedIn(13)).toEqual([10, 11, 13]);
});

test('at a stop the keys that no shard takes are told, and the others are recorded', async () => {
  const { away, unrecorded, accept, recorded, pass } = shardedStore();
  away.add('a');
  accept('a', 700);
  accept('b', 700);
  const left = unrecorded.close();
  await pass(longestStopMs);
  expect((await left).length).toBe(700);
  expect(await recorded('b', 700)).toBe(700);
});

test('a stop has time for a shard that comes back in the midst of it', async () => {
  const { away, unrecorded, accept, recorded, pass } = shardedStore();
  away.add('a');
  accept('a', 700);
  const left = unrecorded.close();
  await pass(longestStopMs - 1000);
  away.delete('a');
  await pass(500);
  expect(await left).toEqual([]);
  expect(await recorded('a', 700)).toBe(700);
});

test('a stop in the midst of a round waits for one handful of it, and not for all', async () => {
  const { unrecorded, waiting, record } = storeByHand();
  for (let index = 0; index < 10 * atOnce; index++)
    unrecorded.add({ key: keyOf('a', index), token: undefined, retentionMs });
  await vi.advanceTimersByTimeAsync(1000);
  const left = unrecorded.close();
  await record();
  await vi.advanceTimersByTimeAsync(longestStopMs);
  await record();
  expect(waiting()).toBe(0);
  expect((await left).length).toBe(8 * atOnce);
});

test('what is accepted while an earlier event of its key is recorded stays until it is recorded itself', async () => {
  const { unrecorded, record } = storeByHand();
  const key = keyOf('a', 0);
  unrecorded.add({ key, token: undefined, retentionMs: 1500 });
  await vi.advanceTimersByTimeAsync(1000);
  unrecorded.add({ key, token: undefined, retentionMs });
  await record();
  expect(unrecorded.has(key)).toBe(true);
});
