import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allWays, parseWay, type Way } from '../../src/json/way.ts';
import { compileScheme } from '../../src/schemes/compile.ts';
import { digestOf, eventKey } from '../../src/schemes/duplicate-key.ts';
import { createEnvelopeScan, wholeBody } from '../../src/schemes/envelope.ts';
import { readLiveKey } from '../../src/schemes/live-key.ts';
import { custom } from '../../src/schemes/profiles/custom.ts';
import { juicyway } from '../../src/schemes/profiles/juicyway.ts';
import { profiles } from '../../src/schemes/profiles.ts';
import type { Scheme } from '../../src/schemes/scheme.ts';
import type { Profile } from '../../src/schemes/settings.ts';
import { signDelivery } from '../../src/schemes/sign-delivery.ts';
import { createMessageReader } from '../../src/schemes/signed-text.ts';
import { createVerify, joined } from '../../src/schemes/verify.ts';

const nowMs = 1_800_000_000_000;
const compiled = (profile: Profile, ways?: readonly Way[]): Scheme => {
  const settings = {
    ...profile,
    signature: profile.signature || 'header:X-S',
    publicUrl: profile.message.includes('{url}') ? 'https://a.example/b' : '',
  };
  const result = compileScheme(profile, settings, ways);
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.problems));
  return result.scheme;
};
const secretOf = (scheme: Scheme, fill = 7): Buffer =>
  Buffer.from(
    scheme.key.prefix === '' ? `secret-${fill}` : `whsec_${Buffer.alloc(24, fill).toString('base64')}`,
  );
const verifier = (scheme: Scheme, fill = 7) => {
  const read = readLiveKey(scheme, { name: 'k', secret: secretOf(scheme, fill) });
  if (read.kind !== 'key') throw new Error(read.expected);
  return createVerify(scheme, [read.key]);
};
const envelopeOf = (scheme: Scheme, body: Buffer) => {
  if (scheme.form === undefined) return wholeBody(body);
  const scan = createEnvelopeScan(scheme.form)(body);
  return scan.kind === 'envelope' ? scan.envelope : undefined;
};
const keyOf = (scheme: Scheme, body: Buffer, headers: readonly string[] = [], fill = 7) => {
  const envelope = envelopeOf(scheme, body);
  const verdict = envelope && verifier(scheme, fill)(headers, envelope, nowMs);
  return verdict?.kind === 'match' ? eventKey('r', scheme.covers, body, verdict.identity) : undefined;
};

/** The text that is hashed, one character a byte, made of texts in Latin-1. */
const behindTheirLengths = (texts: readonly string[]): string =>
  texts
    .map((text) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(text.length));
      return length.toString('latin1') + text;
    })
    .join('');

test('a key is SHA-256 over its parts, each behind its length, however long and in whatever order they are', () => {
  const lengths = [0, 1, 2047, 2048, 2049, 70_000];
  for (const first of lengths)
    for (const second of lengths)
      for (const third of lengths) {
        const texts = [first, second, third].map((length, index) => 'ÿ|x'.charAt(index).repeat(length));
        const [one = '', two = '', three = ''] = texts;
        const parts = [Buffer.from(one, 'latin1'), two, Buffer.from(three, 'latin1')];
        expect(digestOf('juicyway', parts)).toBe(
          createHash('sha256')
            .update(behindTheirLengths(['juicyway', ...texts]), 'latin1')
            .digest('hex'),
        );
      }
});

test('the key of an event of 0.1.0 is what it was', () => {
  const text = behindTheirLengths(['juicyway', 'card.transaction', '{"amount":1000,"reference":"r"}']);
  const body = Buffer.from('{"data":{"reference":"r", "amount":1000},"event":"card.transaction"}');
  const scheme = compiled(juicyway);
  const signed = signDelivery(scheme, body, { secret: secretOf(scheme), nowMs });
  const envelope = envelopeOf(scheme, signed.body);
  const verdict = envelope && verifier(scheme)([], envelope, nowMs);
  expect(verdict?.kind === 'match' && eventKey('juicyway', 'members', signed.body, verdict.identity)).toBe(
    createHash('sha256').update(text, 'latin1').digest('hex'),
  );
});

test.each([
  ['signed', '{header:X-E}.{header:X-I}.{body}', ['id', 'paid', 'i1']],
  ['not signed', '{header:X-I}.{body}', ['id', 'i1', 'paid']],
])('a key by an id is what it was, where the name of the event is %s', (_name, message, parts) => {
  const scheme = compiled({ ...custom, message, id: 'header:X-I', event: 'header:X-E' });
  const signing = { secret: secretOf(scheme), nowMs, id: 'i1', event: 'paid' };
  const { body, headers } = signDelivery(scheme, Buffer.from('{}'), signing);
  expect(keyOf(scheme, body, headers)).toBe(
    createHash('sha256')
      .update(behindTheirLengths(['r', ...parts]), 'latin1')
      .digest('hex'),
  );
});

const json = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.stringify(value).replace(/"__proto__"/g, '"p"'));
const bodies = fc
  .tuple(json, fc.constantFrom('a.b', 'c'), fc.constantFrom('1', '2'))
  .map(([value, event, id]) =>
    Buffer.from(
      `{"event":"${event}","data":{"v":${value}},"type":"${event}","id":"${id}","event_id":"${id}","kind":"k"}`,
    ),
  );

test.each(profiles.map((profile) => [profile.name, compiled(profile)] as const))(
  '%s: what its signer signs is taken, and no changed byte of what is covered',
  (_name, scheme) => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, at, flip) => {
        const signed = signDelivery(scheme, body, {
          secret: secretOf(scheme),
          nowMs,
          id: 'msg_1',
          event: 'a.b',
        });
        expect(keyOf(scheme, signed.body, signed.headers)).toMatch(/^[0-9a-f]{64}$/);
        expect(keyOf(scheme, signed.body, signed.headers, 9)).toBeUndefined();
        if (scheme.covers === 'nothing') return;
        const changed = Buffer.from(signed.body);
        const index = at % changed.length;
        changed[index] = (changed[index] as number) ^ flip;
        const envelope = envelopeOf(scheme, changed);
        const verdict = envelope && verifier(scheme)(signed.headers, envelope, nowMs);
        if (verdict?.kind !== 'match') return;
        // Taken all the same: then what is signed is the same text, written in a listed way.
        const before = envelopeOf(scheme, signed.body);
        const textsOf = (one: typeof envelope) => {
          const parts = one && createMessageReader(scheme)(signed.headers, one);
          if (parts === undefined || 'kind' in parts) return [];
          return parts.ways.map((way) => joined(parts.text(way)).toString('latin1'));
        };
        const shared = textsOf(envelope).filter((text) => textsOf(before).includes(text));
        expect(shared.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  },
);

/** The same value, escaped and spaced otherwise. */
function rewritten(text: string): string {
  return text
    .replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/(?<!\\)\//g, '\\/')
    .replace(/(?<=[{,[]):?(?=")/g, ' ');
}

const waysByOrder = Object.entries(Object.groupBy(allWays(), ({ order }) => order));

test.each(waysByOrder)(
  '%s with every modifier: one signed text, one key',
  (_order, ways) => {
    for (const way of ways) proveOneKey(way);
  },
  240_000,
);

function proveOneKey(way: Way): void {
  const scheme = compiled(juicyway, [way]);
  const words = fc.array(fc.constantFrom('é', '/', '<', "'", '=', '"', '\\', 'a', '\u2028', '😀', '\u007f'), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(words, fc.constantFrom('1', '1.0', 'null'), (letters, number) => {
      const data = `{"b":${JSON.stringify(letters.join(''))},"a":${number}}`;
      const one = Buffer.from(`{"event":"e","data":${data}}`);
      const signed = signDelivery(scheme, one, { secret: secretOf(scheme), nowMs });
      const key = keyOf(scheme, signed.body);
      expect(key).toBeDefined();
      // Another spelling under the same signature either is the same event or is not taken.
      const other = Buffer.from(signed.body.toString().replace(data, rewritten(data)));
      const otherKey = keyOf(scheme, other);
      expect(otherKey === undefined || otherKey === key, way.name).toBe(true);
    }),
    { numRuns: 3 },
  );
}

test('a way is read however its modifiers stand, and means one thing', () => {
  expect(parseWay('sorted+ascii+spaced')?.name).toBe('sorted+spaced+ascii');
  expect(parseWay('sorted+ascii+lower')?.name).toBe('sorted+ascii');
  for (const text of [
    '',
    'sorted+',
    'sorted+ascii+ascii',
    'loud',
    'sorted+upper',
    'Sorted',
    'sorted-top+loud',
  ]) {
    expect(parseWay(text), text).toBeUndefined();
  }
});
