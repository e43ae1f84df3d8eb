import { timingSafeEqual, verify as verifyEd25519 } from 'node:crypto';
import { allWays, type Way } from '../json/way.ts';
import { candidateTexts, type SearchLimits } from './candidate-texts.ts';
import type { Difference } from './difference.ts';
import type { Envelope } from './envelope.ts';
import type { RawHeaders } from './head-fields.ts';
import { digestBytes } from './hmac.ts';
import { keyTrialsOf } from './key-trials.ts';
import { type ChecksumKey, decode, hashOf, readKeyBytes, readLiveKey, sha256 } from './live-key.ts';
import { isWrittenAs, readSignatures } from './read-signatures.ts';
import type { Scheme } from './scheme.ts';
import { type DigestEncoding, digestEncodings } from './settings.ts';
import { createMessageReader } from './signed-text.ts';
import { joined } from './verify.ts';

/** How a delivery may have been signed. */
export interface NearestSigning {
  readonly keyName: string;
  /** The way in which the part with `@` was written; undefined where the message has none. */
  readonly way: Way | undefined;
  /** What differs from what the scheme takes; without what the way's own name says. */
  readonly differences: readonly Difference[];
}

export type FindNearestSigning = (
  scheme: Scheme,
  delivery: { readonly rawHeaders: RawHeaders; readonly envelope: Envelope },
  keys: readonly ChecksumKey[],
  limits?: SearchLimits,
) => NearestSigning | undefined;

const unlimited: SearchLimits = { isOver: () => false, isThorough: true };

/**
 * Prepares a search that tries how other encoders write the same JSON, and what is often done wrong with a key or a
 * digest, and returns the match that differs least from what the scheme takes. Slow: for `explain` and for a thread of its
 * own, never on a delivery's way.
 */
export function createSigningSearch(): FindNearestSigning {
  const likelihood = (way: Way): number => (usualWays.includes(way.name) ? 2 : oddness(way));
  const ways = allWays().sort((a, b) => likelihood(a) - likelihood(b));
  return (scheme, delivery, keys, limits = unlimited) => {
    if (scheme.algorithm === 'equals') return nearestSecret(scheme, delivery, keys, limits);
    if (scheme.algorithm === 'ed25519') return nearestEd25519(scheme, delivery, keys, limits);
    const hashName = hashOf[scheme.algorithm];
    const sent = sentDigests(scheme, delivery, digestBytes[hashName]);
    if (sent.length === 0) return undefined;
    const trials = keyTrialsOf(scheme, keys, hashName);
    const plainTrials = trials.slice(0, keys.length);
    const digest = Buffer.alloc(digestBytes[hashName]);
    let nearest: NearestSigning | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const text of candidateTexts(scheme, delivery, ways, limits)) {
      const odd = text.way === undefined ? 0 : oddness(text.way) / 2;
      if (odd + text.differences.length >= fewest) continue;
      const isThorough = limits.isThorough || text.way === undefined || isTaken(scheme, text.way);
      for (const { keyName, writeHmac, differences } of isThorough ? trials : plainTrials) {
        if (limits.isOver()) return nearest;
        writeHmac(digest, text.head, text.data, text.tail);
        for (const { bytes, difference } of sent) {
          if (!timingSafeEqual(digest, bytes)) continue;
          const all = [...text.differences, ...differences, ...difference];
          if (odd + all.length >= fewest) continue;
          fewest = odd + all.length;
          nearest = { keyName, way: text.way, differences: all };
        }
      }
    }
    return nearest;
  };
}

/** What standard encoders write by default: tried before all others of more than one word, of which there are thousands. */
export const usualWays: readonly string[] = [
  // Python's json.dumps, with sort_keys and without.
  'sorted+spaced+ascii',
  'compact+spaced+ascii',
  // PHP's json_encode, behind ksort or not.
  'compact+non-ascii+slashes',
  'sorted-top+non-ascii+slashes',
  'sorted+non-ascii+slashes',
  // Go's json.Encoder of a map and of a struct.
  'sorted+newline+html',
  'compact+newline+html',
];

/** Whether the scheme tries this way; a message without ways is signed as it was received. */
export function isTaken({ ways }: Scheme, { name }: Way): boolean {
  return ways.length === 0 ? name === 'received' : ways.some((way) => way.name === name);
}

/** How much a way says; what was written anew was most likely compact before, so that name is told first. */
function oddness({ name, order }: Way): number {
  const words = name.split('+').length;
  return words + (order === 'received' && words > 1 ? 0.2 : 0);
}

/** The digests that the signature may mean: as the scheme writes them, in the other encoding, or behind another prefix. */
function sentDigests(
  scheme: Scheme,
  delivery: SentDelivery,
  byteLength: number,
): { readonly bytes: Buffer; readonly difference: readonly Difference[] }[] {
  return sentTexts(scheme, delivery).flatMap((sent) =>
    (['hex', 'base64'] as const).flatMap((encoding) =>
      beginnings(scheme, sent, digestLengths(encoding, byteLength)).flatMap((before) => {
        const text = sent.slice(before.length);
        const bytes = decode(text.replaceAll('-', '+').replaceAll('_', '/'), encoding);
        if (bytes?.length !== byteLength) return [];
        const difference = [
          ...prefixDifferences(scheme, before),
          ...digestDifferences(scheme, text, encoding, bytes),
        ];
        return [{ bytes, difference }];
      }),
    ),
  );
}

interface SentDelivery {
  readonly rawHeaders: RawHeaders;
  readonly envelope: Envelope;
}

/** The texts of the signatures with whatever stands before them. */
function sentTexts(scheme: Scheme, { rawHeaders, envelope }: SentDelivery): readonly string[] {
  const tag = scheme.signature.kind === 'header' ? scheme.signature.tag : undefined;
  const read = readSignatures({ ...scheme, prefix: '' }, rawHeaders, envelope, tag);
  return read.kind === 'texts' ? read.texts : [];
}

/** What may stand before a signature of one of these lengths: the scheme's prefix, nothing, or another one. */
function beginnings({ prefix }: Scheme, sent: string, lengths: readonly number[]): readonly string[] {
  const known = prefix !== '' && sent.startsWith(prefix) ? [prefix, ''] : [''];
  const others = lengths.map((length) => sent.slice(0, Math.max(0, sent.length - length)));
  return [...new Set([...known, ...others.filter((before) => otherPrefix.test(before))])];
}

/**
 * One name with a sign behind it, such as `sha256=` or `Bearer `. Not whatever stands there: another part of the field,
 * `t=1769860800,v1=`, is another one next time, and half a secret whose file has the other half is nothing to be shown.
 */
const otherPrefix = /^[A-Za-z][A-Za-z0-9-]{0,15}[ =:.,_|/-]{1,2}$/;

/** Characters of a digest; base64 may be without its padding. */
function digestLengths(encoding: DigestEncoding, byteLength: number): readonly number[] {
  if (encoding === 'hex') return [2 * byteLength];
  return [Math.ceil(byteLength / 3) * 4, Math.ceil((byteLength * 4) / 3)];
}

function prefixDifferences({ prefix }: Scheme, before: string): readonly Difference[] {
  if (before === prefix) return [];
  const words =
    before === ''
      ? `no ${prefix} before the signature`
      : `${JSON.stringify(before)} before the signature${prefix === '' ? '' : ` instead of ${JSON.stringify(prefix)}`}`;
  return [{ of: 'prefix', words, prefix: before }];
}

/** A secret that is sent as it is: nothing else can differ than what stands before it. */
function nearestSecret(
  scheme: Scheme,
  delivery: SentDelivery,
  keys: readonly ChecksumKey[],
  { isOver }: SearchLimits,
): NearestSigning | undefined {
  const written = scheme.signature.kind === 'member' ? 'utf8' : 'latin1';
  for (const { name, secret } of keys) {
    const read = readKeyBytes(scheme, secret);
    if ('expected' in read) continue;
    const wanted = sha256(read.bytes);
    for (const sent of sentTexts(scheme, delivery)) {
      for (const before of beginnings(scheme, sent, [read.bytes.toString(written).length])) {
        if (isOver()) return undefined;
        const text = Buffer.from(sent.slice(before.length), written);
        if (!timingSafeEqual(sha256(text), wanted)) continue;
        return { keyName: name, way: undefined, differences: prefixDifferences(scheme, before) };
      }
    }
  }
  return undefined;
}

/** Under the ways that the scheme lists: each try of Ed25519 costs as much as some fifty HMACs. */
function nearestEd25519(
  scheme: Scheme,
  delivery: SentDelivery,
  keys: readonly ChecksumKey[],
  { isOver }: SearchLimits,
): NearestSigning | undefined {
  const parts = createMessageReader(scheme)(delivery.rawHeaders, delivery.envelope);
  if ('kind' in parts) return undefined;
  const sent = sentDigests(scheme, delivery, 64);
  for (const key of keys) {
    const live = readLiveKey(scheme, key);
    if (live.kind !== 'key' || live.key.kind !== 'ed25519') continue;
    for (const way of parts.ways) {
      const text = joined(parts.text(way));
      for (const { bytes, difference } of sent) {
        if (isOver()) return undefined;
        if (verifyEd25519(null, text, live.key.publicKey, bytes))
          return { keyName: key.name, way, differences: difference };
      }
    }
  }
  return undefined;
}

function digestDifferences(
  scheme: Scheme,
  text: string,
  decodedAs: 'hex' | 'base64',
  bytes: Buffer,
): readonly Difference[] {
  const others = digestEncodings.filter((encoding) => encoding !== scheme.encoding);
  const encoding =
    decodedAs === 'hex'
      ? decodedAs
      : [scheme.encoding, ...others].find((known) => known !== 'hex' && isWrittenAs(known, bytes, text));
  if (encoding === undefined)
    return [{ of: 'alphabet', words: 'the digest in the alphabet of base64 without padding' }];
  if (encoding === scheme.encoding) return [];
  if (encoding === 'base64url' && !/[-_=]/.test(text)) {
    const words =
      'the digest in base64url, or in base64 without padding, which no setting takes: no character of it tells which';
    return [{ of: 'encoding', words, encoding }];
  }
  return [{ of: 'encoding', words: `the digest in ${encoding} instead of ${scheme.encoding}`, encoding }];
}
