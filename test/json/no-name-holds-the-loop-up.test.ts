import { expect, test } from 'vitest';
import { createLookAlikes } from '../../src/json/look-alike.ts';
import { scanEnvelope } from '../support/default-scheme.ts';

/** Least processor time of three scans, in milliseconds. */
function leastMs(body: Buffer): number {
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    scanEnvelope(body);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

// Marks of two classes in turn: whoever puts them into order moves each past all others.
const bodyOf = (marks: number): Buffer =>
  Buffer.from(`{"data":{},"event":"a","d${'\u0301\u0323'.repeat(marks / 2)}":1}`);

test('a member whose name is nothing but accents holds nobody up', () => {
  const [short, long] = [bodyOf(8000), bodyOf(64_000)].map(leastMs);
  // Eight times as much; in quadratic time it would be sixty-four times as long.
  expect(long).toBeLessThan(Math.max(24 * (short ?? 0), 30));
});

// The first is written out as a phrase of 18 letters; of all others, the second grows most.
const nameOf = (character: string): Buffer =>
  Buffer.from(`{"data":{},"event":"a","d${character.repeat(100_000)}":1}`);

test('nor does one whose characters stand for whole phrases', () => {
  const [phrases, units] = ['\ufdfa', '\u3316'].map((character) => leastMs(nameOf(character)));
  expect(phrases).toBeLessThan(Math.max(2.5 * (units ?? 0), 10));
});

test('a phrase that is a read name is known in both spellings', () => {
  const spelt = '\ufdfa'.normalize('NFKC');
  const lookAlikes = createLookAlikes([`x${spelt}`]);
  expect(lookAlikes.hasOne(['x\ufdfa'])).toBe(true);
  expect(lookAlikes.hasOne(['x\ufdfb'])).toBe(false);
});
