import { expect, test } from 'vitest';
import { createStrikeOff } from '../../src/app/serve/delivered-elsewhere.ts';
import { createUndelivered } from '../../src/metrics/undelivered.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';

const memory = createMemoryStore({ now: () => 0, maxKeys: 1 });

function undeliveredEvents(count: number) {
  const undelivered = createUndelivered({ now: () => 1, maxEvents: 10_000, forgetAfterMs: () => 1000 });
  for (let number = 0; number < count; number++) undelivered.failed('juicyway', `key-${number}`);
  return undelivered;
}

const never = (): Promise<never> => new Promise(() => undefined);

test('10,000 events that went through elsewhere are struck off by a hundred questions at a time', async () => {
  const undelivered = undeliveredEvents(10_000);
  let turns = 0;
  let waiting: (() => void)[] = [];
  const strikeOff = createStrikeOff(undelivered, never);
  const isDelivered = (key: string): Promise<boolean> =>
    new Promise((resolve) => {
      if (waiting.length === 0) {
        setImmediate(() => {
          turns += 1;
          const all = waiting;
          waiting = [];
          for (const answer of all) answer();
        });
      }
      waiting.push(() => resolve(key !== 'key-9999'));
    });

  await strikeOff({ ...memory, isDelivered }, ['juicyway']);

  expect(undelivered.oldestKeys('juicyway', 2)).toEqual(['key-9999']);
  expect(turns).toBeLessThan(105);
});

test('a store that does not answer keeps no scrape waiting, and is not asked again by each', async () => {
  const undelivered = undeliveredEvents(10);
  let asked = 0;
  const strikeOff = createStrikeOff(undelivered, () => Promise.resolve());
  const isDelivered = (): Promise<boolean> => {
    asked += 1;
    return never();
  };

  for (let scrape = 0; scrape < 5; scrape++) await strikeOff({ ...memory, isDelivered }, ['juicyway']);

  expect(asked).toBe(1);
});

test('the oldest one that nobody has delivered stands after one question, and a store that is down leaves all', async () => {
  const undelivered = undeliveredEvents(3);
  let asked = 0;
  const isDelivered = async (): Promise<boolean> => {
    asked += 1;
    return false;
  };
  await createStrikeOff(undelivered, never)({ ...memory, isDelivered }, ['juicyway']);
  expect(asked).toBe(1);
  const down = { ...memory, isDelivered: () => Promise.reject(new Error('down')) };
  await createStrikeOff(undelivered, never)(down, ['juicyway']);
  expect(undelivered.oldestKeys('juicyway', 9)).toHaveLength(3);
});
