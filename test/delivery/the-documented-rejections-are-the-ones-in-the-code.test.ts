import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rejectionCodes, rejectionRules } from '../../src/delivery/rejections.ts';
import { remedies } from '../../src/delivery/remedies.ts';

const page = readFileSync(new URL('../../docs/rejections.md', import.meta.url), 'utf8');

test('the table of docs/rejections.md is the table of the code', () => {
  const documented = page
    .split('\n')
    .filter((line) => /^\| `[a-z_]+` \| \d{3} \|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  const expected = rejectionCodes.map((code) => {
    const { status, title, retryAfterSeconds } = rejectionRules[code];
    const retryAfter = retryAfterSeconds === undefined ? '' : `${retryAfterSeconds} s`;
    return ['', `\`${code}\``, String(status), title, retryAfter, ''];
  });
  expect(documented).toEqual(expected);
});

test('what to look at is what the code says, each code once', () => {
  const advice = page
    .slice(page.indexOf('## What to look at'))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [, codes = '', cause = '', remedy = ''] = line.split('|').map((cell) => cell.trim());
      return codes.split(', ').map((code) => [code.replaceAll('`', ''), { cause, remedy }] as const);
    });
  expect(Object.fromEntries(advice)).toEqual(remedies);
  expect(advice.map(([code]) => code)).toEqual(rejectionCodes.filter((code) => code in remedies));
});

test('a missing and a wrong checksum look the same from outside', () => {
  const { status, title, shownAs } = rejectionRules.checksum_missing;
  expect({ status, title, code: shownAs }).toEqual({
    status: rejectionRules.checksum_mismatch.status,
    title: rejectionRules.checksum_mismatch.title,
    code: 'checksum_mismatch',
  });
});
