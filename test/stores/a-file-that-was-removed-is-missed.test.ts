import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../support/embedded-store.ts';
import { claimed, newKey } from '../support/store-keys.ts';

const minute = 60_000;
const patience = { timeout: 30_000 };

async function isUp({ store }: TestStore): Promise<boolean> {
  return (await store.health()).up;
}

async function record({ store }: TestStore, key: string): Promise<void> {
  await store.confirm(key, await claimed(store, key, minute), 7 * 24 * 60 * minute);
}

test.each<[string, (file: string) => void]>([
  ['removed', (file) => rmSync(file)],
  ['moved away', (file) => renameSync(file, `${file}.old`)],
  [
    'replaced by another',
    (file) => {
      writeFileSync(`${file}.new`, 'addresses: []\n'.repeat(500));
      renameSync(`${file}.new`, file);
    },
  ],
])(
  'a file that was %s while it is open: the store is down and says so, and makes no new one',
  async (_how, change) => {
    const opened = await openTestStore();
    await record(opened, newKey());
    change(opened.file);
    await expect.poll(() => isUp(opened), patience).toBe(false);
    expect((await opened.store.health()).detail).toMatch(/was removed|is not a database/);
    await expect(opened.store.claim(newKey(), minute)).rejects.toMatchObject({ name: 'StoreUnavailable' });
  },
);

test('a file that was moved away and comes back is taken up again, with all that it remembered', async () => {
  const opened = await openTestStore();
  const key = newKey();
  await record(opened, key);
  renameSync(opened.file, `${opened.file}.old`);
  await expect.poll(() => isUp(opened), patience).toBe(false);
  renameSync(`${opened.file}.old`, opened.file);
  await expect.poll(() => isUp(opened), patience).toBe(true);
  expect(await opened.store.isDelivered(key)).toBe(true);
  await record(opened, newKey());
});

test('the write-ahead log removed while it is open is missed too, and costs nothing that was recorded', async () => {
  const opened = await openTestStore();
  const key = newKey();
  await record(opened, key);
  rmSync(`${opened.file}-wal`);
  await expect
    .poll(() => opened.sentences.filter((sentence) => /-wal was removed/.test(sentence)).length, patience)
    .toBe(1);
  await expect.poll(() => isUp(opened), patience).toBe(true);
  expect(await opened.store.isDelivered(key)).toBe(true);
});
