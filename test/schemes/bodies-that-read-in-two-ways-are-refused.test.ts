import { describe, expect, test } from 'vitest';
import { scanEnvelope } from '../support/default-scheme.ts';
import { envelopeOf, problemOf } from '../support/envelopes.ts';

const around = (data: string) => `{"data":${data},"event":"e"}`;

describe('a repeated name, whatever the spelling', () => {
  const many = Array.from({ length: 40 }, (_, index) => `"k${(index * 7) % 40}":0`).join(',');
  test.each([
    ['side by side', '{"a":1,"a":1}'],
    ['apart', '{"a":1,"b":2,"a":3}'],
    ['deep down', '{"x":[{"y":{"a":1,"b":2,"a":3}}]}'],
    ['escaped', '{"a":1,"\\u0061":2}'],
    ['escaped first', '{"\\u0061":1,"b":0,"a":2}'],
    ['both escaped, in two ways', '{"\\/":1,"\\u002f":2}'],
    ['not in ASCII', '{"é":1,"a":0,"\\u00e9":2}'],
    ['a surrogate pair', '{"😀":1,"a":0,"\\ud83d\\ude00":2}'],
    ['empty', '{"":1,"":2}'],
    ['__proto__', '{"__proto__":1,"a":0,"__proto__":2}'],
    ['among many', `{${many},"k0":1}`],
    ['among many, escaped', `{${many},"k\\u0030":1}`],
  ])('%s', (_name, data) => {
    expect(problemOf(around(data))).toBe('a repeated name in an object');
  });

  test('at the top level', () => {
    expect(problemOf('{"data":{},"event":"e","data":{}}')).toBe('a repeated name in an object');
    expect(problemOf('{"data":{},"event":"e","d\\u0061ta":{}}')).toBe('a repeated name in an object');
    expect(problemOf('{"x":1,"data":{},"event":"e","x":1}')).toBe('a repeated name in an object');
  });

  test('the same name in two objects is no repetition', () => {
    expect(
      problemOf(around(`{"a":{"a":{"a":1},"b":{"a":2}},"event":1,"data":{"data":{${many}}}}`)),
    ).toBeUndefined();
    expect(problemOf(around(`{"z":{"\\u0061":1},"a":{"\\u0061":1}}`))).toBeUndefined();
  });
});

describe('a top-level name that a lenient parser takes for a signed one', () => {
  test.each([
    'Data',
    'EVENT',
    'checkSum',
    ' data',
    'data ',
    ' event',
    'event ',
    'data\\t',
    'da\\u200bta',
    '\\ufeffdata',
    'event\\u0000',
    'ｄａｔａ',
    'checKsum',
    'checkſum',
    'D\\u0041TA',
    'e\\u0301vent'.replace('\\u0301', '\\u00ad'),
    'x\\ndata',
  ])('%s', (name) => {
    expect(problemOf(`{"data":{},"event":"e","${name}":{}}`)).toBe(
      'a top-level name that could be taken for event, data or checksum',
    );
  });

  test.each(['date', 'events', 'metadata', 'check', 'été', '数据', 'data_', 'x', '', '__proto__'])(
    '%s is an ordinary unsigned field',
    (name) => {
      expect(envelopeOf(`{"data":{},"event":"e","${name}":{}}`).unsigned).toHaveLength(1);
    },
  );

  test('within data it is an ordinary name', () => {
    expect(problemOf(around('{"Data":1,"EVENT":2}'))).toBeUndefined();
  });
});

describe('half of a surrogate pair', () => {
  test.each([
    '\\ud800',
    '\\udbff',
    '\\udc00',
    '\\udfff',
    '\\ud800\\udbff',
    '\\ud800\\ue000',
    '\\ud800x',
    '\\ud800\\ud800',
    '\\ud800\\u0041',
    '\\ude00\\ud83d',
    '\\uD83D\\n',
  ])('%s', (text) => {
    for (const body of [
      around(`{"a":"${text}"}`),
      around(`{"a":[{"${text}":0}]}`),
      `{"${text}":0,"data":{},"event":"e"}`,
    ]) {
      expect(problemOf(body)).toBe('half of a surrogate pair');
    }
    expect(problemOf(`{"data":{},"event":"${text}"}`)).toBe('half of a surrogate pair');
  });
});

describe('bytes that are not UTF-8', () => {
  test.each([
    ['a stray continuation', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a cut character', [0xe2, 0x82]],
    ['Latin-1', [0xe9]],
  ])('%s', (_name, bytes) => {
    const before = Buffer.from('{"data":{"a":"');
    const scan = scanEnvelope(Buffer.concat([before, Buffer.from(bytes), Buffer.from('"},"event":"e"}')]));
    expect(scan).toMatchObject({ kind: 'fault', problem: 'bytes that are not UTF-8' });
    if (scan.kind === 'fault') expect(scan.offset - before.length).toBeLessThanOrEqual(2);
  });

  test('a byte order mark', () => {
    expect(problemOf(`\ufeff${around('{}')}`)).toBe('a byte order mark');
  });
});

test.each(['x', '\u0000', '{}', ',', ']', '\u00a0', '// c'])('bytes after the end: %j', (rest) => {
  expect(problemOf(around('{}') + rest)).toBe('bytes after the end of the object');
  expect(problemOf(` \t\r\n${around('{}')} \t\r\n`)).toBeUndefined();
});

describe('64 levels are read, 65 are not', () => {
  const nested = (open: string, close: string, levels: number) =>
    around(`{"a":${open.repeat(levels - 2)}${close.repeat(levels - 2)}}`);
  test.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('%s', (_name, open, close) => {
    const filled = (levels: number) => nested(open, close, levels).replace(':}', ':0}');
    expect(problemOf(filled(64))).toBeUndefined();
    expect(problemOf(filled(65))).toBe('more than 64 levels');
    expect(envelopeOf(filled(64)).dataIn('sorted').length).toBeGreaterThan(64);
  });

  test('in a field that nobody signed', () => {
    expect(problemOf(`{"x":${'['.repeat(63)}${']'.repeat(63)},"data":{},"event":"e"}`)).toBeUndefined();
    expect(problemOf(`{"x":${'['.repeat(64)}${']'.repeat(64)},"data":{},"event":"e"}`)).toBe(
      'more than 64 levels',
    );
    expect(problemOf(`{"x":${'['.repeat(200_000)}`)).toBe('more than 64 levels');
  });
});
