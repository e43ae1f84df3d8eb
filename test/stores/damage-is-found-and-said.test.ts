import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { copyDelivered } from '../../src/app/migrate/copy-delivered.ts';
import { readDeliveredKeys } from '../../src/stores/embedded/delivered-keys.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { openTestStore, type TestStore } from '../support/embedded-store.ts';
import { openByHand } from '../support/file-thread-by-hand.ts';
import { claimed, newKey } from '../support/store-keys.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const patience = { timeout: 20_000 };

async function fill({ store }: TestStore, count: number, retentionMs = 7 * day): Promise<string[]> {
  const keys = Array.from({ length: count }, newKey);
  await Promise.all(
    keys.map(async (key) => store.confirm(key, await claimed(store, key, minute), retentionMs)),
  );
  return keys;
}

/** Flips one bit, or those of `bits`, `offset` bytes behind where the key lies, of a row: key, end, sum. Old copies lie in pages' free space. */
function flipBit(file: string, key: string, offset: number, bits = 0x10): void {
  const bytes = readFileSync(file);
  const sought = Buffer.from(key, 'hex');
  let found = 0;
  for (let at = bytes.indexOf(sought); at >= 0; at = bytes.indexOf(sought, at + 1), found++) {
    bytes[at + offset] = (bytes[at + offset] as number) ^ bits;
  }
  expect(found).toBeGreaterThan(0);
  writeFileSync(file, bytes);
}

test.each([
  ['key', 31],
  ['end of retention', 34],
  ['sum', 39],
])(
  'a bit that flips in the %s of a record, unseen by SQLite, is found by the walk, said, counted, and forgets no other',
  async (_what, offset) => {
    const before = await openTestStore();
    const keys = await fill(before, 300);
    await before.store.close();
    const [flipped, ...others] = keys as [string, ...string[]];
    flipBit(before.file, flipped, offset);

    const { store, sentences } = await openTestStore({ file: before.file, clock: before.clock });
    await vi.waitFor(async () => expect((await store.health()).damaged).toBe(1), patience);
    expect(
      sentences.filter((sentence) => /^1 records in .* are damaged: repeats/.test(sentence)),
    ).toHaveLength(1);
    expect((await store.health()).detail).toMatch(/1 damaged/);
    for (const key of others) expect(await store.isDelivered(key)).toBe(true);
    // Where the key itself is as it was, the event stays suppressed: nobody knows that its retention is over.
    if (offset !== 31) expect(await store.isDelivered(flipped)).toBe(true);
  },
);

/** The types of key, end and sum, which lie right before the key: 32 bytes, an integer of 6 bytes, one of 4 or 6. */
const types = [0x4c, 0x05] as const;

test.each<[string, number, number]>([
  ['a text of the same bytes', 0x4d, 0x05],
  ['an integer past 2^53, and bytes of its end', 0x06, 0x48],
])('a key of which damage makes %s ends nothing and hides no other', async (_what, key, end) => {
  const before = await openTestStore();
  const keys = (await fill(before, 5)).sort();
  await before.store.close();
  // SQLite finds the first row by halves, and steps from it: so it meets the fourth of five.
  const [turned] = keys.splice(3, 1) as [string];
  flipBit(before.file, turned, -3, types[0] ^ key);
  flipBit(before.file, turned, -2, types[1] ^ end);

  const { store } = await openTestStore({ file: before.file, clock: before.clock });
  await vi.waitFor(
    async () => expect(await store.health()).toMatchObject({ up: true, damaged: 1 }),
    patience,
  );
  for (const other of keys) expect(await store.isDelivered(other)).toBe(true);
  await store.close();

  const copied = readDeliveredKeys(before.file, 0, before.clock);
  expect([...copied].map((row) => row.key)).toEqual(keys);
});

test('an end of retention past 2^53 is one that nobody knows', async () => {
  const before = await openTestStore();
  const [key] = (await fill(before, 1)) as [string];
  await before.store.close();
  const database = new DatabaseSync(before.file);
  database.exec('UPDATE delivered SET ends = 9007199254740993');
  database.close();

  const { store } = await openTestStore({ file: before.file, clock: before.clock });
  await vi.waitFor(
    async () => expect(await store.health()).toMatchObject({ up: true, damaged: 1 }),
    patience,
  );
  expect(await store.isDelivered(key)).toBe(true);
});

test('a record whose end is damaged is never removed for it', async () => {
  const before = await openTestStore();
  const [key] = (await fill(before, 1)) as [string];
  await before.store.close();
  flipBit(before.file, key, 34);
  const { store, clock } = await openTestStore({
    file: before.file,
    clock: before.clock,
    sweepEveryMs: 1000,
  });
  clock.pass(30 * day);
  await fill({ store } as TestStore, 1, minute);
  clock.pass(2 * minute);
  await vi.waitFor(async () => expect((await store.health()).remembered).toBe(1), patience);
  expect(await store.isDelivered(key)).toBe(true);
});

test('a record whose end is damaged is taken along to another store, and so are those behind a damaged key', async () => {
  const before = await openTestStore();
  const { clock, file } = before;
  const keys = (await fill(before, 1500)).sort();
  await before.store.close();
  const [undated, turned] = [keys[10], keys[999]] as [string, string];
  const database = new DatabaseSync(file);
  database.exec(`UPDATE delivered SET ends = 0 WHERE key = x'${undated}'`);
  database.close();
  // The last of the first thousand now begins with ff, and is greater than those that follow it.
  flipBit(file, turned, 0, 0xff ^ Number.parseInt(turned.slice(0, 2), 16));

  const store = createMemoryStore({ maxKeys: 2000, now: clock.now });
  const rules = { leaseMs: minute, longestMs: day, wallClock: clock.wallClock };
  await copyDelivered(readDeliveredKeys(file, 0, clock), store, rules);
  const missing = await Promise.all(keys.map(async (key) => ((await store.isDelivered(key)) ? [] : [key])));
  expect(missing.flat()).toEqual([turned]);
  clock.pass(day);
  expect(await store.isDelivered(undated)).toBe(false);
});

test('a page that turns out to be damaged while the gate runs: every answer is a refusal, and the process is told to end', async () => {
  const before = await openTestStore();
  await fill(before, 2000);
  await before.store.close();
  const bytes = readFileSync(before.file);
  // The first pages are the tables' roots; behind them lie rows.
  bytes.fill(0, 4 * 4096);
  writeFileSync(before.file, bytes);
  const damaged: string[] = [];
  const { store } = await openTestStore({
    file: before.file,
    onDamaged: (sentence) => void damaged.push(sentence),
  });
  await expect.poll(() => damaged, patience).toHaveLength(1);
  expect(damaged[0]).toMatch(/is damaged; restore it, or move it and its -wal file away/);
  await expect(store.claim(newKey(), minute)).rejects.toMatchObject({ name: 'StoreUnavailable' });
  expect((await store.health()).up).toBe(false);
});

test('after damage no other thread takes the file; after another fault one does', async () => {
  const { threads, first, pass } = await openByHand();
  first.tell({ kind: 'fault', sentence: 'It is damaged.', damaged: true });
  first.die();
  await pass(10 * minute);
  expect(threads).toHaveLength(1);
});

test('damage that is there in every walk is said once, and again when there is more', async () => {
  const { first, faults } = await openByHand();
  for (const damaged of [2, 2, 1, 2]) first.tell({ kind: 'walked', damaged });
  expect(faults.map((sentence) => sentence.slice(0, 9))).toEqual(['2 records', '2 records']);
});
