import { expect, test } from 'vitest';
import { batchFor, openByHand } from '../support/file-thread-by-hand.ts';
import { newKey } from '../support/store-keys.ts';

const minuteMs = 60_000;
const silence = "The disk of the store's file /var/lib/events.db has not answered for 5000 ms.";

test('five seconds without an answer: what waits and what comes is refused, and said once', async () => {
  const { supervisor, first, logged, faults, pass } = await openByHand();
  const waits = supervisor.record(newKey(), minuteMs);
  waits.catch(() => {});
  await batchFor(first);

  await pass(4_900);
  expect(supervisor.unavailable()).toBeUndefined();
  const later = supervisor.ask(newKey());
  later.catch(() => {});
  await pass(400);

  await expect(waits).rejects.toMatchObject({ name: 'StoreUnavailable', message: silence });
  await expect(later).rejects.toMatchObject({ name: 'StoreUnavailable', message: silence });
  await expect(supervisor.record(newKey(), minuteMs)).rejects.toThrow(silence);
  expect(supervisor.unavailable()?.message).toBe(silence);
  expect(supervisor.health()).toEqual({ up: false, detail: silence });
  await pass(minuteMs);
  expect(logged).toEqual([`error: ${silence}`]);
  expect(faults).toEqual([silence]);
});

test('when the disk answers after all, the store is up, and takes records again', async () => {
  const { supervisor, threads, first, logged, pass } = await openByHand();
  supervisor.record(newKey(), minuteMs).catch(() => {});
  await batchFor(first);
  await pass(5_300);

  first.end.done();
  await expect.poll(() => supervisor.unavailable()).toBeUndefined();
  const record = supervisor.record(newKey(), minuteMs);
  await batchFor(first);
  first.end.done();
  await record;

  expect(supervisor.health().up).toBe(true);
  expect(logged).toEqual([`error: ${silence}`, 'info: The disk answers again.']);
  expect(threads).toHaveLength(1);
});

test('a batch that is answered in time, again and again, is no silence', async () => {
  const { supervisor, first, logged, pass } = await openByHand();
  for (let key = 0; key < 4; key++) {
    const record = supervisor.record(newKey(), minuteMs);
    await batchFor(first);
    await pass(4_000);
    first.end.done();
    await record;
  }
  await pass(minuteMs);
  expect(supervisor.unavailable()).toBeUndefined();
  expect(logged).toEqual([]);
});

test('no more operations wait for the disk than may, and those that do keep their place', async () => {
  const { supervisor, first } = await openByHand();
  const out = supervisor.record(newKey(), minuteMs);
  await batchFor(first);
  const waiting = Array.from({ length: 65_536 }, () => supervisor.record(newKey(), minuteMs));

  await expect(supervisor.record(newKey(), minuteMs)).rejects.toThrow(
    'More than 65536 operations wait for the disk.',
  );
  await expect(supervisor.ask(newKey())).rejects.toThrow('More than 65536 operations wait for the disk.');
  first.end.done();
  await out;
  const all = Promise.all(waiting);
  for (let batch = 0; batch < 64; batch++) {
    await batchFor(first);
    expect(first.end.records().length).toBe(1024 * 40);
    first.end.done();
    // What this batch held is told before the next is handed over.
    await waiting[batch * 1024];
  }
  await all;
});
