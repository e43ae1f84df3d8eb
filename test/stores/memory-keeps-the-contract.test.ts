import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/delivery/duplicate-store.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { describeStoreContract } from './contract.ts';

describeStoreContract('the memory store', async () => {
  const clock = createSteppedClock();
  return {
    store: createMemoryStore({ maxKeys: 10_000, now: clock.now }),
    advance: async (ms) => clock.pass(ms),
  };
});

test('a full memory store refuses new keys rather than forget one, until a retention ends', async () => {
  const clock = createSteppedClock();
  const store = createMemoryStore({ maxKeys: 2, now: clock.now });
  const [first, second, third] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
  for (const key of [first, second]) {
    const result = await store.claim(key, 1000);
    if (result.kind === 'claimed') await store.confirm(key, result.token, 60_000);
  }
  await expect(store.claim(third, 1000)).rejects.toBeInstanceOf(StoreUnavailable);
  expect(await store.health()).toMatchObject({ up: false, remembered: 2 });
  expect(await store.claim(first, 1000)).toEqual({ kind: 'delivered' });
  clock.pass(60_001);
  expect(await store.claim(third, 1000)).toMatchObject({ kind: 'claimed' });
});
