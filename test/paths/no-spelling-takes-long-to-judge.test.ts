import { expect, test } from 'vitest';
import { createAddressReader } from '../../src/addresses/address-reader.ts';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { walkForwardedFor } from '../../src/addresses/forwarded-for.ts';
import { createJudgePath } from '../../src/gates/path.ts';

/** As much as Node's parser lets through before the headers gate has counted. */
const bytes = 30_000;

/** Least processor time of five runs, in milliseconds. Quadratic time would be more than 200 ms for any of these. */
function leastMs(run: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

test.each([
  ['dots before an end', `/${'.'.repeat(bytes)}x`],
  ['encoded blanks before an end', `/${'%20'.repeat(bytes / 3)}x`],
  ['dots in every segment', `/${'a.b/'.repeat(bytes / 4)}`],
  ['open parentheses', `/${'('.repeat(bytes)}`],
  ['parameters', `/${'a;'.repeat(bytes / 2)}`],
  ['characters that are folded', `/${'%EF%BC%8F'.repeat(bytes / 9)}`],
  ['characters that become eighteen', `/${'%EF%B7%BA'.repeat(bytes / 9)}`],
  ['blanks before an end', `/${'+'.repeat(bytes)}x`],
  ['accents without a letter', `/${'%CC%81'.repeat(bytes / 6)}`],
  ['accents in the wrong order', `/a${'%CC%81%CC%A3'.repeat(bytes / 12)}`],
  ['letters with accents and dots', `/${'%C3%A9.%20/'.repeat(bytes / 11)}`],
  ['full-width per cents', `/${'%EF%BC%8541'.repeat(bytes / 11)}`],
])('a path of %s', (_name, path) => {
  const route = {
    name: 'juicyway',
    path: '/webhooks/juicyway',
    events: ['*'],
    unsignedFields: 'strip',
  } as const;
  const judge = createJudgePath({ routes: [route], otherPaths: 'deny' });
  expect(leastMs(() => void judge(path))).toBeLessThan(60);
});

test.each([
  ['colons behind a bracket', `[${':'.repeat(bytes)}`],
  ['closed brackets', `[${':'.repeat(bytes / 2)}${']'.repeat(bytes / 2)}`],
  ['digits', '1'.repeat(bytes)],
])('an X-Forwarded-For of %s', (_name, entry) => {
  const by = { read: createAddressReader(), trustedProxies: compileAddressSet([]) };
  expect(leastMs(() => void walkForwardedFor([entry], by))).toBeLessThan(60);
});
