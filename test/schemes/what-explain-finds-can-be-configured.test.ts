import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indentedJson } from '../../src/json/indented-json.ts';
import { allWays, parseWay, type Way } from '../../src/json/way.ts';
import { writeInWay } from '../../src/json/write-way.ts';
import { textsOfEncoders } from '../../src/schemes/json-encoders.ts';
import { usualWays } from '../../src/schemes/nearest-signing.ts';
import { runGate } from '../support/running-gate.ts';
import { testSecret } from '../support/sign-event.ts';

const ways = allWays();
const texts = (json: string): Set<string> => {
  const compact = Buffer.from(json);
  return new Set(ways.map((way) => writeInWay(compact, compact, way).toString()));
};

test('every text of a standard encoder that keeps numbers has a way with a name', () => {
  const words = fc.constantFrom(
    'é',
    '/',
    '<',
    '"',
    '\\',
    "'",
    '+',
    '`',
    '=',
    '&',
    'a',
    '\u2028',
    '😀',
    '\u007f',
    '\n',
  );
  const text = fc.array(words, { maxLength: 6 }).map((letters) => letters.join(''));
  const names = fc.constantFrom('b', 'a', '10', '9', '\uff61', '😀', 'é', '');
  const value = fc.dictionary(
    names,
    fc.oneof(text, fc.constant([]), fc.constant({}), fc.constant([1, { z: 1, a: [2] }])),
    {
      maxKeys: 4,
    },
  );
  fc.assert(
    fc.property(value, (data) => {
      const json = JSON.stringify(data);
      const named = texts(json);
      for (const { text: written, rewritesNumbers, differences } of textsOfEncoders(json)) {
        if (!rewritesNumbers) expect(named.has(written), `${differences.join('; ')}: ${written}`).toBe(true);
      }
    }),
    { numRuns: 25 },
  );
});

test.each<[string, string, string]>([
  ['sorted-utf16', '{"\uff61":1,"😀":2}', '{"😀":2,"\uff61":1}'],
  ['sorted', '{"😀":2,"\uff61":1}', '{"\uff61":1,"😀":2}'],
  ['indexes-first', '{"b":1,"10":2,"9":{"x":1,"0":2}}', '{"9":{"0":2,"x":1},"10":2,"b":1}'],
  ['compact+newline', '{"a":1}', '{"a":1}\n'],
  ['compact+indented2+newline', '{"a":[1,{}],"b":[]}', '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}\n'],
  ['compact+tabs', '{"a":1.0}', '{\n\t"a": 1.0\n}'],
  ['compact+dotnet', '{"a":"<é\'+\\"\\\\>"}', '{"a":"\\u003C\\u00E9\\u0027\\u002B\\u0022\\\\\\u003E"}'],
  [
    'compact+quotes+non-ascii+slashes',
    '{"a":"<é\\"/\\\\\\""}',
    '{"a":"\\u003C\\u00e9\\u0022\\/\\\\\\u0022"}',
  ],
  ['compact+gson', '{"a":"=\'<é"}', '{"a":"\\u003d\\u0027\\u003cé"}'],
  ['compact+non-ascii', '{"a":"\u007fé"}', '{"a":"\u007f\\u00e9"}'],
])('%s', (name, json, written) => {
  const compact = Buffer.from(json);
  expect(writeInWay(compact, compact, parseWay(name) as Way).toString()).toBe(written);
});

test('the ways that are looked for first have those names', () => {
  expect(usualWays.map((name) => parseWay(name)?.name)).toEqual(usualWays);
});

test('a few bytes nested deeply do not become very many', () => {
  const deep = Buffer.from(`${'['.repeat(60)}${'1,'.repeat(100_000)}1${']'.repeat(60)}`);
  expect(indentedJson(deep, '    ')).toBe(deep);
});

test('a body signed over such a text is refused, and taken once its way is listed', async () => {
  const data = '{"b":"é/","a":1.50}';
  const way = 'sorted+indented4+non-ascii+slashes';
  const signed = '{\n    "a": 1.50,\n    "b": "\\u00e9\\/"\n}';
  const checksum = createHmac('sha256', testSecret).update(`e|${signed}`).digest('hex').toUpperCase();
  const body = `{"event":"e","data":${data},"checksum":"${checksum}"}`;
  const { createServer } = await import('node:http');
  const application = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => application.once('listening', resolve));
  const url = `http://127.0.0.1:${(application.address() as { port: number }).port}`;
  const closed = await runGate(url);
  expect((await closed.post(body)).status).toBe(401);
  const open = await runGate(url, {
    checksum: `{ keysDirectory: KEYS_DIRECTORY, encodings: [received, ${way}] }`,
  });
  expect((await open.post(body)).status).toBe(200);
  const again = await open.post(body.replace('é/', '\\u00e9\\/'));
  expect(again.headers.get('hookgate-duplicate')).toBe('true');
  application.close();
});
