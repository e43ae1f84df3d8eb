import { expect, test } from 'vitest';
import { batchFor, openByHand, superviseByHand, type ThreadByHand } from '../support/file-thread-by-hand.ts';
import { newKey } from '../support/store-keys.ts';

const minuteMs = 60_000;
const file = '/var/lib/events.db';

test('a thread that ends without a word: what waits is refused, and another takes the file', async () => {
  const { supervisor, threads, first, logged, faults, pass } = await openByHand();
  const waits = supervisor.record(newKey(), minuteMs);
  waits.catch(() => {});
  await batchFor(first);
  first.die(new Error('out of memory'));

  const sentence = `The thread of the store's file ${file} ended (out of memory).`;
  await expect(waits).rejects.toMatchObject({ name: 'StoreUnavailable', message: sentence });
  expect(supervisor.unavailable()?.message).toBe(sentence);
  await pass(100);
  const second = threads[1] as ThreadByHand;
  expect(first.orders.afterFault).toBe(false);
  expect(second.orders.afterFault).toBe(true);
  second.tell({ kind: 'opened', clock: undefined });
  expect(supervisor.unavailable()).toBeUndefined();
  const record = supervisor.record(newKey(), minuteMs);
  await batchFor(second);
  second.end.done();
  await record;
  expect(logged).toEqual([`error: ${sentence}`, `info: The store's file ${file} is open again.`]);
  expect(faults).toEqual([sentence]);
});

test('it waits longer each time, at most three seconds, and the same fault is told once', async () => {
  const { threads, first, logged, pass } = await openByHand();
  first.die();
  for (const [index, waitMs] of [100, 200, 400, 800, 1600, 3000, 3000].entries()) {
    await pass(waitMs - 1);
    expect(threads).toHaveLength(index + 1);
    await pass(1);
    expect(threads).toHaveLength(index + 2);
    threads.at(-1)?.tell({ kind: 'fault', sentence: 'The disk is full.', damaged: false });
    threads.at(-1)?.die();
  }
  expect(logged.filter((line) => line === 'error: The disk is full.')).toHaveLength(1);
});

test('an answer from the disk ends the waiting that faults had made long', async () => {
  const { supervisor, threads, first, pass } = await openByHand();
  first.die();
  await pass(100);
  threads[1]?.die();
  await pass(200);
  const third = threads[2] as ThreadByHand;
  third.tell({ kind: 'opened', clock: undefined });
  const record = supervisor.record(newKey(), minuteMs);
  await batchFor(third);
  third.end.done();
  await record;
  third.die();
  await pass(100);
  expect(threads).toHaveLength(4);
});

test('while another process has the file, the log says that it is waited for', async () => {
  const { threads, logged } = superviseByHand();
  threads[0]?.tell({ kind: 'waiting' });
  expect(logged).toEqual([
    `warn: Another process has the store's file ${file} open; waiting for up to 200 ms.`,
  ]);
});

test('closing lets what waits be recorded first, then asks the thread to close', async () => {
  const { supervisor, first } = await openByHand();
  const record = supervisor.record(newKey(), minuteMs);
  await batchFor(first);
  const closed = supervisor.close();
  expect(supervisor.unavailable()?.message).toBe('The embedded store is closed.');
  expect(first.end.closing).toBe(false);
  first.end.done();
  await record;
  await expect.poll(() => first.end.closing).toBe(true);
  first.die();
  await closed;
  expect(first.terminated).toBe(false);
});

test('a thread that does not end within ten seconds is ended', async () => {
  const { supervisor, first, pass } = await openByHand();
  const waits = supervisor.record(newKey(), minuteMs);
  waits.catch(() => {});
  await batchFor(first);
  const closed = supervisor.close();
  await pass(9_999);
  expect(first.terminated).toBe(false);
  await pass(1);
  expect(first.terminated).toBe(true);
  await closed;
  await expect(waits).rejects.toMatchObject({ name: 'StoreUnavailable' });
});

test('closing while a thread opens the file ends it, and starts none', async () => {
  const { supervisor, threads, first, pass } = await openByHand();
  first.die();
  await pass(100);
  await supervisor.close();
  expect(threads[1]?.terminated).toBe(true);
  await pass(minuteMs);
  expect(threads).toHaveLength(2);
});

test('closing while no thread is there starts none', async () => {
  const { supervisor, threads, first, pass } = await openByHand();
  first.die();
  await supervisor.close();
  await pass(minuteMs);
  expect(threads).toHaveLength(1);
});
