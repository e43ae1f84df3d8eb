import { timingSafeEqual } from 'node:crypto';
import type { ChecksumEncoding } from '../delivery/delivery.ts';
import type { Envelope } from '../schemes/envelope.ts';
import { textsOfEncoders } from '../schemes/json-encoders.ts';
import { findLeftovers } from '../schemes/leftovers.ts';
import { createHmacSha256 } from './hmac.ts';
import type { ChecksumKey } from './verify.ts';

/** How a body may have been signed, in words; `differences` is empty where the gate itself would find it. */
export interface Signing {
  readonly keyName: string;
  readonly encoding: ChecksumEncoding;
  readonly differences: readonly string[];
}

/**
 * Tries how other encoders write the same data, and what is often done wrong with a key, and returns the match that
 * differs least from what the gate accepts. Slow: for `explain`, not for deliveries.
 */
export function findNearestSigning(envelope: Envelope, keys: readonly ChecksumKey[]): Signing | undefined {
  const sent = Buffer.from(envelope.checksum ?? '', 'hex');
  if (sent.length !== 32) return undefined;
  const digest = Buffer.alloc(32);
  const texts = candidateTexts(envelope);
  const found: Signing[] = [];
  for (const key of keys) {
    for (const { secret, difference } of keyVariants(key.secret)) {
      const writeHmac = createHmacSha256(secret);
      for (const { data, encoding, differences } of texts) {
        writeHmac(digest, `${envelope.event}|`, data);
        if (!timingSafeEqual(digest, sent)) continue;
        found.push({ keyName: key.name, encoding, differences: [...differences, ...difference] });
      }
    }
  }
  return found.sort((a, b) => a.differences.length - b.differences.length)[0];
}

interface Candidate {
  readonly data: Buffer;
  readonly encoding: ChecksumEncoding;
  readonly differences: readonly string[];
}

function candidateTexts(envelope: Envelope): Candidate[] {
  const encodings: readonly ChecksumEncoding[] = ['received', 'compact', 'sorted'];
  const plain = encodings.map((encoding) => ({ data: envelope.dataIn(encoding), encoding, differences: [] }));
  const compact = envelope.dataIn('compact').toString('utf8');
  const written = [...textsOfEncoders(compact)].map(({ text, isSorted, differences }) => ({
    data: Buffer.from(text, 'utf8'),
    encoding: isSorted ? ('sorted' as const) : ('compact' as const),
    differences,
  }));
  const decimals = (['compact', 'sorted'] as const).flatMap((encoding) =>
    withDecimalsInOne(envelope.dataIn(encoding).toString('utf8')).map((data) => ({
      data,
      encoding,
      differences: [oneDecimal],
    })),
  );
  return [...plain, ...written, ...decimals];
}

const oneDecimal = 'one whole number that had .0 when it was signed (parsed and written again on the way)';
/** Numbers tried on their own. */
const maxNumbers = 64;

/** The same JSON, each time with `.0` after another one of its whole numbers. */
function withDecimalsInOne(compactJson: string): Buffer[] {
  const ends: number[] = [];
  for (const match of compactJson.matchAll(tokens)) {
    if (isWhole(match[0]) && ends.length < maxNumbers) ends.push(match.index + match[0].length);
  }
  return ends.map((end) => Buffer.from(`${compactJson.slice(0, end)}.0${compactJson.slice(end)}`, 'utf8'));
}

/** Strings, numbers, and what separates them. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[,:]/g;

const isWhole = (token: string): boolean => /^-?\d+$/.test(token);

function keyVariants(secret: Buffer): { secret: Buffer; difference: string[] }[] {
  const text = secret.toString('utf8');
  const variants: [string, Buffer][] = [
    ['the key followed by a newline', Buffer.concat([secret, Buffer.from('\n')])],
    ['the key without the white space around it', Buffer.from(text.trim())],
    ['the key in lower case', Buffer.from(text.toLowerCase())],
    ['the key in upper case', Buffer.from(text.toUpperCase())],
  ];
  const cleaned = findLeftovers(secret).flatMap(({ has, meant }) =>
    meant === undefined
      ? []
      : [[`the key that is left where one thing of its file is taken away: it ${has}`, meant] as const],
  );
  return [
    { secret, difference: [] },
    ...[...variants, ...cleaned].flatMap(([difference, variant]) =>
      variant.length === 0 || variant.equals(secret) ? [] : [{ secret: variant, difference: [difference] }],
    ),
  ];
}
