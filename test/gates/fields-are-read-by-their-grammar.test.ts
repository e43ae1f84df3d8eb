import { expect, test } from 'vitest';
import { createAddressReader } from '../../src/addresses/address-reader.ts';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { walkForwardedFor } from '../../src/addresses/forwarded-for.ts';
import { parseRange } from '../../src/addresses/range.ts';
import { Rejection } from '../../src/delivery/rejections.ts';
import { judgeHeaders } from '../../src/gates/headers.ts';
import { elementsOf, partsOf } from '../../src/values/field-grammar.ts';

function judge(...lines: string[]) {
  const rawHeaders = ['Host', 'a', ...lines];
  const head = { method: 'POST', target: '/x', httpVersion: '1.1', rawHeaders, secure: false };
  const fields = judgeHeaders(head, { maxCount: 100, maxBytes: 16_384 });
  return fields instanceof Rejection ? fields.code : 'taken';
}

test.each([
  ['Transfer-Encoding', 'chunked'],
  ['Transfer-Encoding', 'Chunked'],
  ['Transfer-Encoding', 'CHUNKED'],
  ['Expect', '100-Continue'],
  ['Expect', '100-continue,'],
  ['Expect', ''],
])('%s: %s is legal', (name, value) => {
  expect(judge(name, value)).toBe('taken');
});

test.each([
  ['Transfer-Encoding', ''],
  ['Transfer-Encoding', ','],
  // Legal, and read in more than one way.
  ['Transfer-Encoding', ', chunked'],
  ['Transfer-Encoding', 'chunked,'],
  ['Transfer-Encoding', 'chunked, chunked'],
  ['Transfer-Encoding', 'gzip, chunked'],
  ['Transfer-Encoding', 'chunked;q=1'],
  ['Transfer-Encoding', '"chunked"'],
  ['Transfer-Encoding', '\u00a0chunked'],
  ['Transfer-Encoding', '\vchunked'],
  ['Expect', '100-continue, other'],
  ['Expect', '"100-continue"'],
  ['Content-Length', '1, 1'],
  ['Content-Length', '1,'],
  ['Content-Length', '+1'],
])('%s: %s is not read', (name, value) => {
  expect(judge(name, value)).toBe('malformed_request');
});

test.each([
  [['1.2.3.4,']],
  [[',1.2.3.4']],
  [['1.2.3.4', '']],
  [['1.2.3.4 , ,\t, 10.0.0.1,,']],
  [['', '1.2.3.4', ' ', ',']],
])('X-Forwarded-For %j names 1.2.3.4', (lines) => {
  const range = parseRange('10.0.0.0/8');
  const trustedProxies = compileAddressSet(range.kind === 'range' ? [range.range] : []);
  const walk = walkForwardedFor(lines, { read: createAddressReader(), trustedProxies });
  expect(walk).toMatchObject({ kind: 'client', client: { text: '1.2.3.4' } });
});

test('a separator within a quoted string is none', () => {
  expect(partsOf('a="b;c" ; ;d="\\";"', ';')).toEqual(['a="b;c"', '', 'd="\\";"']);
  expect(elementsOf(' , a,"b,c" ,\t')).toEqual(['a', '"b,c"']);
  expect(partsOf('a="b;c', ';')).toBeUndefined();
});
