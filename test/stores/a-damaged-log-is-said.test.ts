import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../support/embedded-store.ts';
import { claimed, newKey } from '../support/store-keys.ts';

const minute = 60_000;
const week = 7 * 24 * 60 * minute;
/** Of a write-ahead log, whose first frame has a page of this size. */
const [headerBytes, frameBytes] = [32, 24 + 4096];

/** A file and its log as a crash leaves them, after so many records, each in a transaction of its own. */
async function crashed(records: number): Promise<TestStore & { readonly keys: string[] }> {
  const opened = await openTestStore();
  const keys = Array.from({ length: records }, newKey);
  for (const key of keys) await opened.store.confirm(key, await claimed(opened.store, key, minute), week);
  return { ...opened, file: leftBy(opened), keys };
}

/** What a crash at this moment would leave of an open store's file. */
function leftBy({ file }: Pick<TestStore, 'file'>): string {
  const left = `${file}-crashed`;
  copyFileSync(file, left);
  copyFileSync(`${file}-wal`, `${left}-wal`);
  return left;
}

async function reopened({ file, clock, keys }: Awaited<ReturnType<typeof crashed>>) {
  const { store, sentences } = await openTestStore({ file, clock });
  const known = await Promise.all(keys.map((key) => store.isDelivered(key)));
  const alarms = sentences.filter((sentence) => sentence.includes('-wal is damaged'));
  const { damaged = 0 } = await store.health();
  return { remembered: known.filter(Boolean).length, alarms, damaged };
}

function flipBit(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] as number) ^ 0x10;
  writeFileSync(file, bytes);
}

test('a bit that flips in the log, at which SQLite takes it for ended, is said with what is behind it, and counted', async () => {
  const left = await crashed(50);
  const log = `${left.file}-wal`;
  const frames = Math.floor((readFileSync(log).length - headerBytes) / frameBytes);
  flipBit(log, headerBytes + Math.floor(frames / 2) * frameBytes + 100);
  const { remembered, alarms, damaged } = await reopened(left);
  expect(remembered).toBeLessThan(50);
  expect(alarms).toHaveLength(1);
  // Each record had a transaction of its own.
  expect(damaged).toBe(50 - remembered);
});

test.each([
  ['magic number', 3],
  ['size of a page', 10],
  ['salts', 20],
  ['sum', 28],
])('a log whose head is damaged in its %s, so that all of it is passed over, is said', async (_what, at) => {
  const left = await crashed(50);
  flipBit(`${left.file}-wal`, at);
  const { remembered, alarms, damaged } = await reopened(left);
  expect([remembered, alarms.length]).toEqual([0, 1]);
  expect(damaged).toBeGreaterThanOrEqual(50);
});

test('a log whose first block on the disk reads as zeros is said', async () => {
  const left = await crashed(50);
  const log = `${left.file}-wal`;
  writeFileSync(log, readFileSync(log).fill(0, 0, 4096));
  const { remembered, alarms, damaged } = await reopened(left);
  expect([remembered, alarms.length]).toEqual([0, 1]);
  // The first frame is gone as well.
  expect(damaged).toBeGreaterThanOrEqual(49);
});

test('a log that a crash has left is whole, and so is one whose last transaction is half written', async () => {
  const left = await crashed(50);
  expect(await reopened(left)).toEqual({ remembered: 50, alarms: [], damaged: 0 });
  const torn = await crashed(50);
  const log = `${torn.file}-wal`;
  flipBit(log, readFileSync(log).length - 100);
  expect(await reopened(torn)).toEqual({ remembered: 49, alarms: [], damaged: 0 });
});

test('what was said of a log is not said again after another crash', async () => {
  const left = await crashed(50);
  flipBit(`${left.file}-wal`, headerBytes + 10 * frameBytes + 100);
  expect((await reopened(left)).alarms).toHaveLength(1);
  const again = await reopened({ ...left, file: leftBy(left) });
  expect(again).toMatchObject({ alarms: [], damaged: 0 });
  expect(again.remembered).toBeGreaterThan(0);
});
