import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVerifier, duplicateKey, scanEnvelope } from '../support/default-scheme.ts';
import { envelopeWithData } from '../support/envelopes.ts';
import { signedEvent, testSecret } from '../support/sign-event.ts';

type Json = null | boolean | string | { number: string } | Json[] | Map<string, Json>;

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('__proto__', '10', '9', '｡', '𐀀', 'a', 'b', '"', '\\', '/', ''),
);
const numberText = fc.oneof(
  fc.constantFrom('1.0', '10.50', '12345678901234567890', '1.0e20', '-0', '1E+2'),
  fc.integer().map(String),
);
const { data } = fc.letrec<{ value: Json; data: Map<string, Json> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    text,
    numberText.map((number) => ({ number })),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('data'),
  ),
  data: fc
    .uniqueArray(fc.tuple(text, tie('value')), { selector: ([name]) => name, maxLength: 8 })
    .map((members) => new Map(members)),
}));

interface Manner {
  order(names: string[]): string[];
  space(): string;
  quote(text: string): string;
}

/** Writes a value without any of the code under test. */
function write(value: Json, manner: Manner): string {
  const { space } = manner;
  if (typeof value === 'string') return manner.quote(value);
  if (Array.isArray(value)) {
    return `[${space()}${value.map((item) => write(item, manner)).join(`${space()},${space()}`)}${space()}]`;
  }
  if (value instanceof Map) {
    const members = manner
      .order([...value.keys()])
      .map((name) => `${manner.quote(name)}${space()}:${space()}${write(value.get(name) as Json, manner)}`);
    return `{${space()}${members.join(`${space()},${space()}`)}${space()}}`;
  }
  return typeof value === 'object' && value !== null ? value.number : String(value);
}

const byBytes = (names: string[]) =>
  names.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
const canonical: Manner = { order: byBytes, space: () => '', quote: JSON.stringify };

/** Whitespace and order at the whim of `random`; with `escape`, names and strings in escapes too. */
function whimsical(random: () => number, quote: (text: string) => string): Manner {
  return {
    order: (names) =>
      names
        .map((name) => ({ name, rank: random() }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ name }) => name),
    space: () => ['', '', ' ', '\n', '\t\r'][Math.floor(random() * 5)] as string,
    quote,
  };
}

const randomness = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
const from = (stream: IterableIterator<number>) => () => stream.next().value as number;

test('the sorted form equals that of an independent writer, from any order and spacing', () => {
  fc.assert(
    fc.property(data, randomness, (value, stream) => {
      const envelope = envelopeWithData(write(value, whimsical(from(stream), JSON.stringify)));
      const expected = envelopeWithData(write(value, canonical));
      expect(envelope.dataIn('sorted').toString()).toBe(write(value, canonical));
      expect(duplicateKey('r', envelope)).toBe(duplicateKey('r', expected));
    }),
    { numRuns: 500 },
  );
});

test('escaped names are sorted by what they mean', () => {
  const escaped = (text: string) =>
    `"${[...Array(text.length).keys()].map((index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`).join('')}"`;
  fc.assert(
    fc.property(data, randomness, (value, stream) => {
      const random = from(stream);
      const envelope = envelopeWithData(
        write(
          value,
          whimsical(random, (text) => (random() < 0.5 ? escaped(text) : JSON.stringify(text))),
        ),
      );
      const plain = envelopeWithData(write(value, canonical));
      const sorted = envelope.dataIn('sorted').toString();
      expect(sorted.replaceAll(/"(?:[^"\\]|\\.)*"/g, (quoted) => JSON.stringify(JSON.parse(quoted)))).toBe(
        plain.dataIn('sorted').toString(),
      );
    }),
    { numRuns: 300 },
  );
});

test('a repeated name is found wherever it is put', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(text, { minLength: 1, maxLength: 60 }),
      fc.nat(),
      fc.nat(),
      (names, which, where) => {
        const repeated = names[which % names.length] as string;
        const all = names.toSpliced(where % (names.length + 1), 0, repeated);
        const body = (list: string[]) =>
          Buffer.from(`{"data":{${list.map((name) => `${JSON.stringify(name)}:0`).join(',')}},"event":"e"}`);
        expect(scanEnvelope(body(names)).kind).toBe('envelope');
        expect(scanEnvelope(body(all))).toMatchObject({
          kind: 'fault',
          problem: 'a repeated name in an object',
        });
      },
    ),
    { numRuns: 500 },
  );
});

test('a flipped bit anywhere in event or data is refused', () => {
  const encodings = ['received', 'compact', 'sorted'] as const;
  const verify = createVerifier({ keys: [{ name: 'live', secret: testSecret }], encodings });
  const written = '{"amount":1000,"card":{"last4":"4242","nam\\u0065":"Ada É"},"list":[1.0,true,null]}';
  for (const encoding of encodings) {
    const body = signedEvent('card.transaction', written, { encoding });
    const accepted: string[] = [];
    const original = scanEnvelope(body);
    if (original.kind === 'fault') throw new Error(original.problem);
    const key = duplicateKey('r', original.envelope);
    for (let at = body.indexOf('"data"'); at < body.length; at++) {
      for (const bit of [0x01, 0x02, 0x04, 0x20, 0x80]) {
        const changed = Buffer.from(body);
        changed[at] = (changed[at] as number) ^ bit;
        const scan = scanEnvelope(changed);
        if (scan.kind === 'fault') continue;
        if (verify(scan.envelope).kind !== 'match') continue;
        expect(duplicateKey('r', scan.envelope)).toBe(key);
        accepted.push(changed.toString('latin1', at, at + 1));
      }
    }
    expect(accepted).toEqual([]);
    expect(verify(original.envelope).kind).toBe('match');
  }
});
