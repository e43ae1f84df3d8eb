import { expect, test } from 'vitest';
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
