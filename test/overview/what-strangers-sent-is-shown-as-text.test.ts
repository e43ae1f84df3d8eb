import { expect, test } from 'vitest';
import { visible } from '../../src/overview/visible.ts';

test.each([
  ['\u001b[31mred', '\\u{1b}[31mred'],
  ['a\u202eb', 'a\\u{202e}b'],
  ['a\u2066b\u2069', 'a\\u{2066}b\\u{2069}'],
  ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
  ['line\nfeed\r\u2028', 'line\\u{a}feed\\u{d}\\u{2028}'],
  ['\u009b31m', '\\u{9b}31m'],
  ['half \ud800', 'half \\u{d800}'],
  ['tag \u{e0041}', 'tag \\u{e0041}'],
  ['payment.söndag ✓ 支払い', 'payment.söndag ✓ 支払い'],
])('%j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('ten thousand characters are cut', () => {
  expect(visible('x'.repeat(10_000))).toHaveLength(161);
});
