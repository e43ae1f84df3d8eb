import { expect, test } from 'vitest';
import { createAddressReader } from '../../src/addresses/address-reader.ts';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { walkForwardedFor } from '../../src/addresses/forwarded-for.ts';
import { createJudgePath } from '../../src/gates/path.ts';

/** As much as Node's parser lets through before the headers gate has counted. */
const bytes = 30_000;

/** Least processor time of five runs, in milliseconds. */
function leastMs(run: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

/** Eight times as much takes some eight times as long; where the time is quadratic, it takes sixty-four times as long. */
function expectLinearTime(judge: (length: number) => void): void {
  const [short, long] = [bytes / 8, bytes].map((length) => leastMs(() => judge(length)));
  // Of what takes no time, clock and collector are the larger part.
  expect(long).toBeLessThan(Math.max(24 * (short ?? 0), 10));
}

test.each([
  ['dots before an end', (n: number) => `/${'.'.repeat(n)}x`],
  ['encoded blanks before an end', (n: number) => `/${'%20'.repeat(Math.floor(n / 3))}x`],
  ['dots in every segment', (n: number) => `/${'a.b/'.repeat(Math.floor(n / 4))}`],
  ['open parentheses', (n: number) => `/${'('.repeat(n)}`],
  ['parameters', (n: number) => `/${'a;'.repeat(Math.floor(n / 2))}`],
  ['characters that are folded', (n: number) => `/${'%EF%BC%8F'.repeat(Math.floor(n / 9))}`],
  ['characters that become eighteen', (n: number) => `/${'%EF%B7%BA'.repeat(Math.floor(n / 9))}`],
  ['blanks before an end', (n: number) => `/${'+'.repeat(n)}x`],
  ['accents without a letter', (n: number) => `/${'%CC%81'.repeat(Math.floor(n / 6))}`],
  ['accents in the wrong order', (n: number) => `/a${'%CC%81%CC%A3'.repeat(Math.floor(n / 12))}`],
  ['letters with accents and dots', (n: number) => `/${'%C3%A9.%20/'.repeat(Math.floor(n / 11))}`],
  ['full-width per cents', (n: number) => `/${'%EF%BC%8541'.repeat(Math.floor(n / 11))}`],
])('a path of %s', (_name, pathOf) => {
  const route = {
    name: 'juicyway',
    path: '/webhooks/juicyway',
    events: ['*'],
    unsignedFields: 'strip',
  } as const;
  const judge = createJudgePath({ routes: [route], otherPaths: 'deny' });
  expectLinearTime((length) => void judge(pathOf(length)));
});

test.each([
  ['colons behind a bracket', (n: number) => `[${':'.repeat(n)}`],
  ['closed brackets', (n: number) => `[${':'.repeat(Math.floor(n / 2))}${']'.repeat(Math.floor(n / 2))}`],
  ['digits', (n: number) => '1'.repeat(n)],
])('an X-Forwarded-For of %s', (_name, entryOf) => {
  const by = { read: createAddressReader(), trustedProxies: compileAddressSet([]) };
  expectLinearTime((length) => void walkForwardedFor([entryOf(length)], by));
});
