import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { recordBytes } from '../../src/stores/embedded/exchange.ts';
import { createRecentKeys } from '../../src/stores/embedded/recent-keys.ts';
import { openTestStore } from '../support/embedded-store.ts';
import { claimed, newKey } from '../support/store-keys.ts';

const hourMs = 3_600_000;

/** Records of that many keys, as they lie in the log. */
function recordsOf(count: number): Buffer {
  const records = randomBytes(count * recordBytes);
  for (let n = 0; n < count; n++) records.writeDoubleLE(1_800_000_000_000 + n, n * recordBytes + 32);
  return records;
}

test('a table has every key however often it grows, and after it was cleared those only that came since', () => {
  const table = createRecentKeys();
  const [before, after] = [recordsOf(6000), recordsOf(500)];
  const ends = (records: Buffer) =>
    Array.from({ length: records.length / recordBytes }, (_, n) =>
      table.find(Uint8Array.prototype.slice.call(records, n * recordBytes, n * recordBytes + 32)),
    );
  for (let at = 0; at < before.length; at += 12 * recordBytes)
    table.add(before.subarray(at, at + 12 * recordBytes));
  expect(table.count).toBe(6000);
  expect(ends(before)).toEqual(Array.from({ length: 6000 }, (_, n) => 1_800_000_000_000 + n));

  table.clear();
  table.add(after);
  expect(table.count).toBe(500);
  expect(ends(before).every((end) => end === undefined)).toBe(true);
  expect(ends(after)).toEqual(Array.from({ length: 500 }, (_, n) => 1_800_000_000_000 + n));
  expect(table.bytes()).toEqual(new Uint8Array(after));
  expect(table.inOrder()).toHaveLength(500);
});

test('each of thousands of keys is known while rounds of filing follow one another, and after the file was opened anew', async () => {
  const { store, file } = await openTestStore({ smallestRound: 300 });
  const keys: string[] = [];
  const unknown = async (looked: readonly string[], by = store) => {
    const answers = await Promise.all(looked.map((key) => by.isDelivered(key)));
    return answers.filter((isDelivered) => !isDelivered).length;
  };
  for (let batch = 0; batch < 40; batch++) {
    const added = Array.from({ length: 100 }, newKey);
    await Promise.all(
      added.map(async (key) => store.confirm(key, await claimed(store, key, hourMs), hourMs)),
    );
    keys.push(...added);
    // Some of every age: in the log, in the table whose keys are being filed, in the file.
    expect(await unknown(keys.filter((_, n) => n % 37 === batch % 37))).toBe(0);
  }
  expect(await unknown(keys)).toBe(0);
  await store.close();
  const { store: again } = await openTestStore({ file });
  expect(await unknown(keys, again)).toBe(0);
});
