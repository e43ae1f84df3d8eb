import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createHmac as createOwnHmac, digestBytes } from '../../src/schemes/hmac.ts';
import { createVerifier } from '../support/default-scheme.ts';
import { envelopeOf, envelopeWithData } from '../support/envelopes.ts';
import { signedEvent } from '../support/sign-event.ts';

const encodings = ['received', 'compact', 'sorted'];
const key = (name: string) => ({ name, secret: Buffer.from(`business-id-of-${name}`) });
const [old, live, sandbox] = [key('old'), key('live'), key('sandbox')];
const unsorted = '{"b": 1.0, "a": [2, 1]}';

function verification(body: string | Buffer, keys = [old, live], accepted = encodings) {
  return createVerifier({ keys, encodings: accepted })(envelopeOf(body));
}

describe('HMAC-SHA256', () => {
  // RFC 4231, sections 4.2 to 4.8: key, data, HMAC-SHA-256 (4.6 is about truncation and has its first 128 bits).
  test.each([
    [
      '4.2',
      '0b'.repeat(20),
      Buffer.from('Hi There').toString('hex'),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      '4.3',
      Buffer.from('Jefe').toString('hex'),
      Buffer.from('what do ya want for nothing?').toString('hex'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      '4.4',
      'aa'.repeat(20),
      'dd'.repeat(50),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      '4.5',
      '0102030405060708090a0b0c0d0e0f10111213141516171819',
      'cd'.repeat(50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      '4.6',
      '0c'.repeat(20),
      Buffer.from('Test With Truncation').toString('hex'),
      'a3b6167473100ee06e0c796c2955552b',
    ],
    [
      '4.7',
      'aa'.repeat(131),
      Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First').toString('hex'),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      '4.8',
      'aa'.repeat(131),
      Buffer.from(
        'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      ).toString('hex'),
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('RFC 4231 section %s', (_section, keyHex, dataHex, expected) => {
    const digest = Buffer.alloc(32);
    const data = Buffer.from(dataHex, 'hex');
    createOwnHmac('sha256', Buffer.from(keyHex, 'hex'))(digest, '', data);
    expect(digest.toString('hex').slice(0, expected.length)).toBe(expected);
    createOwnHmac('sha256', Buffer.from(keyHex, 'hex'))(
      digest,
      data.toString('latin1', 0, 3),
      data.subarray(3),
    );
    expect(digest.toString('hex').slice(0, expected.length)).toBe(expected);
  });

  test('equals that of OpenSSL for keys and messages of all sizes', () => {
    const digest = Buffer.alloc(32);
    for (let size = 0; size < 200; size++) {
      const secret = randomBytes(size + 1);
      const data = randomBytes(size * 7);
      createOwnHmac('sha256', secret)(digest, 'card.transaction|', data);
      expect(digest).toEqual(createHmac('sha256', secret).update('card.transaction|').update(data).digest());
    }
  });

  // Copied together up to some length, and hashed where they lie from there on.
  test.each(['sha1', 'sha256', 'sha512'] as const)(
    'equals that of OpenSSL around a text: %s',
    (algorithm) => {
      const secret = randomBytes(40);
      const digest = Buffer.alloc(digestBytes[algorithm]);
      for (const size of [0, 1, 2047, 2048, 2049, 70_000]) {
        const data = randomBytes(size);
        createOwnHmac(algorithm, secret)(digest, 'é|', data, '|ÿ');
        const plain = createHmac(algorithm, secret)
          .update('é|', 'latin1')
          .update(data)
          .update('|ÿ', 'latin1');
        expect(digest).toEqual(plain.digest());
      }
    },
  );
});

test.each(encodings)('signed over data %s', (encoding) => {
  const body = signedEvent('e', unsorted, { ...live, encoding });
  expect(verification(body)).toEqual({ kind: 'match', keyName: 'live', encoding });
  expect(verification(body, [live], [encoding]).kind).toBe('match');
  const others = encodings.filter((other) => other !== encoding);
  expect(verification(body, [live], others).kind).toBe('mismatch');
});

test('either case of the digits holds', () => {
  expect(verification(signedEvent('e', '{}', { ...live, hexCase: 'lower' })).kind).toBe('match');
  const upper = signedEvent('e', '{}', { ...live, hexCase: 'upper' }).toString();
  expect(verification(upper).kind).toBe('match');
  expect(upper).toMatch(/^\{"checksum":"[0-9A-F]{64}","data":\{\},"event":"e"\}$/);
  const escaped = upper.replace(
    /"checksum":"(.)/,
    (_, digit: string) => `"checksum":"\\u00${digit.charCodeAt(0).toString(16)}`,
  );
  expect(verification(escaped).kind).toBe('match');
});

describe('what is no checksum never holds', () => {
  const body = signedEvent('e', '{}', live).toString();
  const digits = /"checksum":"(.*?)"/.exec(body)?.[1] as string;
  test.each([
    '""',
    'null',
    '{}',
    `["${digits}"]`,
    `"${digits.slice(1)}"`,
    `"${digits}0"`,
    `" ${digits}"`,
    `"${digits}\\n"`,
    `"0x${digits.slice(2)}"`,
    `"${'g'.repeat(64)}"`,
    `"${'０'.repeat(64)}"`,
    `"${'0'.repeat(64)}"`,
    `"${digits.slice(0, -1)}${digits.endsWith('0') ? '1' : '0'}"`,
    `"${Buffer.from(digits, 'hex').toString('base64')}"`,
  ])('%s', (value) => {
    expect(verification(body.replace(`"${digits}"`, value)).kind).toBe('mismatch');
    expect(verification(body).kind).toBe('match');
  });

  test('none at all is told apart', () => {
    expect(verification('{"data":{},"event":"e"}')).toEqual({ kind: 'missing' });
  });
});

test('a mismatch names what was tried, and no digit of a digest or key', () => {
  const result = verification(signedEvent('e', unsorted, sandbox), [old, live], ['received', 'sorted']);
  expect(result).toEqual({ kind: 'mismatch', detail: 'no match with keys old, live; data received, sorted' });
});

test('no key accepts nothing', () => {
  expect(verification(signedEvent('e', '{}', live), []).kind).toBe('mismatch');
});

test('several keys are live, and which one matched is told each time', () => {
  const verify = createVerifier({ keys: [old, live, sandbox], encodings });
  for (const { name, secret } of [old, live, live, sandbox, old, live]) {
    for (const encoding of encodings) {
      const envelope = envelopeOf(signedEvent('e', unsorted, { secret, encoding }));
      expect(verify(envelope)).toEqual({ kind: 'match', keyName: name, encoding });
    }
  }
});

test('encodings that do not differ for a body count as the one configured first', () => {
  const verify = createVerifier({ keys: [live], encodings });
  expect(verify(envelopeOf(signedEvent('e', unsorted, { ...live, encoding: 'sorted' })))).toMatchObject({
    encoding: 'sorted',
  });
  // The pair that matched last is tried first, but the metric must not depend on what came before.
  expect(verify(envelopeOf(signedEvent('e', '{"a":1,"b":2}', live)))).toMatchObject({ encoding: 'received' });
});

test('the event is part of what is signed, and cannot run into data', () => {
  const body = signedEvent('payment.session.failed', '{}', live).toString();
  expect(verification(body.replace('failed', 'succeeded')).kind).toBe('mismatch');
  expect(verification(body.replace('failed', 'fail\\u0065d')).kind).toBe('match');
});

test('a form of data is made once for all keys', () => {
  const envelope = envelopeWithData(unsorted);
  expect(envelope.dataIn('sorted')).toBe(envelope.dataIn('sorted'));
  expect(envelope.dataIn('compact')).toBe(envelope.dataIn('compact'));
});
