import { expect, test, vi } from 'vitest';
import { openTestStore, type TestStore } from '../support/embedded-store.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { claimed, newKey } from '../support/store-keys.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

async function record({ store }: Pick<TestStore, 'store'>, retentionMs: number): Promise<string> {
  const key = newKey();
  await store.confirm(key, await claimed(store, key, minute), retentionMs);
  return key;
}

test.each([1, 8, 365, -8, -365, -20_000])(
  'a start under a wall clock that is wrong by %d days, and four more, forget nothing',
  async (days) => {
    const clock = createSteppedClock();
    const first = await openTestStore({ clock });
    const key = await record(first, 7 * day);
    await first.store.close();
    clock.jump(days * day);
    for (let start = 0; start < 4; start++) {
      clock.pass(minute);
      const { store } = await openTestStore({ clock, file: first.file });
      expect(await store.isDelivered(key)).toBe(true);
      if (start % 2 === 0) await record({ store }, minute);
      await store.close();
    }
  },
);

test('what was recorded under a clock that was years ahead is not kept for ever once it is right', async () => {
  const clock = createSteppedClock();
  const right = await openTestStore({ clock });
  await right.store.close();
  clock.jump(3650 * day);
  const wrong = await openTestStore({ clock, file: right.file });
  const key = await record(wrong, 7 * day);
  await wrong.store.close();
  clock.jump(-3650 * day);
  const { store } = await openTestStore({ clock, file: right.file });
  expect(await store.isDelivered(key)).toBe(true);
  clock.pass(7.8 * day);
  expect(await store.isDelivered(key)).toBe(false);
});

test('a store that is started again and records only short memories keeps the long ones at their length', async () => {
  const clock = createSteppedClock();
  const before = await openTestStore({ clock });
  const long = [await record(before, 7 * day), await record(before, 30 * day)];
  await before.store.close();

  const { store } = await openTestStore({ clock, file: before.file, sweepEveryMs: 1000 });
  const remembered = async () => (await store.health()).remembered;
  await vi.waitFor(async () => expect(await remembered()).toBe(2), { timeout: 20_000 });
  clock.pass(6 * minute);
  await record({ store }, 10 * minute);
  clock.pass(11 * minute);
  // A walk has removed the short one.
  await vi.waitFor(async () => expect(await remembered()).toBe(2), { timeout: 20_000 });
  clock.pass(6 * day);
  for (const key of long) expect(await store.isDelivered(key)).toBe(true);
  await record({ store }, 10 * minute);
  clock.pass(1.2 * day);
  expect(await store.isDelivered(long[0] as string)).toBe(false);
  expect(await store.isDelivered(long[1] as string)).toBe(true);
});
