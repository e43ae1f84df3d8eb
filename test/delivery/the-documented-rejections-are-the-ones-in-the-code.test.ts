import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rejectionCodes, rejectionRules } from '../../src/delivery/rejections.ts';

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

test('every code has a row that says what to do', () => {
  const advice = page.slice(page.indexOf('## What to look at'));
  for (const code of rejectionCodes) expect(advice).toContain(`\`${code}\``);
});

test('a missing and a wrong checksum look the same from outside', () => {
  const { status, title, shownAs } = rejectionRules.checksum_missing;
  expect({ status, title, code: shownAs }).toEqual({
    status: rejectionRules.checksum_mismatch.status,
    title: rejectionRules.checksum_mismatch.title,
    code: 'checksum_mismatch',
  });
});
