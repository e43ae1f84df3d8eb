import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import { createBufferedBytes } from '../../src/claims/buffered-bytes.ts';

const max = 1000;
const listed = (share: string) => ({ share, isListed: true });
const unlisted = (share: string) => ({ share, isListed: false });

/** Opens accounts of one byte each until there is no room; gives how many. */
function fill(buffered: ReturnType<typeof createBufferedBytes>, owner: Parameters<typeof buffered.open>[0]) {
  let count = 0;
  while (buffered.open(owner).take(1)) count += 1;
  return count;
}

test('no more than all of them are given, and what is given back is there again', () => {
  const buffered = createBufferedBytes(() => max);
  const first = buffered.open(listed('a'));
  expect(first.take(max)).toBe(true);
  expect(buffered.open(listed('b')).take(1)).toBe(false);
  first.giveBack();
  first.giveBack();
  expect(buffered.taken).toBe(0);
  expect(buffered.open(listed('b')).take(max)).toBe(true);
});

test('senders that no list names leave half of it, however many they are', () => {
  const buffered = createBufferedBytes(() => max);
  for (let peer = 0; peer < 2000; peer++) fill(buffered, unlisted(`stranger ${peer}`));
  expect(buffered.taken).toBeLessThanOrEqual(max / 2);
  expect(buffered.open(listed('a')).take(max / 2)).toBe(true);
});

test('one sender always leaves room for the next', () => {
  const buffered = createBufferedBytes(() => max);
  for (const share of ['a', 'b', 'c']) expect(fill(buffered, listed(share))).toBeGreaterThan(max / 10);
  const strangers = createBufferedBytes(() => max);
  for (const share of ['a', 'b', 'c']) expect(fill(strangers, unlisted(share))).toBeGreaterThan(max / 20);
});

test('a refused piece takes nothing', () => {
  const buffered = createBufferedBytes(() => max);
  const held = buffered.open(listed('a'));
  expect(held.take(400)).toBe(true);
  expect(held.take(400)).toBe(false);
  expect(buffered.taken).toBe(400);
  held.giveBack();
  expect(buffered.taken).toBe(0);
});

test('a sender that holds nothing any more is forgotten', () => {
  const bytes = createBufferedBytes(() => 1000);
  const before = heapBytes();
  for (let sender = 0; sender < 400_000; sender++) {
    const held = bytes.open({ share: `of sender ${sender}`, isListed: false });
    held.take(10);
    held.giveBack();
  }
  const grown = heapBytes() - before;
  expect(bytes.taken).toBe(0);
  // Names and places of all of them would take five times as much.
  expect(grown).toBeLessThan(8 * 1024 ** 2);
});

/** What is reachable: to look for objects collects what is not. */
function heapBytes(): number {
  queryObjects(Map);
  return process.memoryUsage().heapUsed;
}
