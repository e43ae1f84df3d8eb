import { timingSafeEqual } from 'node:crypto';
import { allWays, type Way } from '../json/way.ts';
import { candidateTexts, type SearchLimits } from './candidate-texts.ts';
import type { Difference } from './difference.ts';
import type { Envelope } from './envelope.ts';
import type { RawHeaders } from './head-fields.ts';
import { digestBytes } from './hmac.ts';
import { keyTrialsOf } from './key-trials.ts';
import { type ChecksumKey, decode, hashOf } from './live-key.ts';
import { readSignatures } from './read-signatures.ts';
import type { Scheme } from './scheme.ts';
import type { DigestEncoding } from './settings.ts';

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
    if (scheme.algorithm === 'equals' || scheme.algorithm === 'ed25519') return undefined;
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

/** The digests that the signature may mean: as the scheme writes them, or in the other encoding. */
function sentDigests(
  scheme: Scheme,
  { rawHeaders, envelope }: { readonly rawHeaders: RawHeaders; readonly envelope: Envelope },
  byteLength: number,
): { readonly bytes: Buffer; readonly difference: readonly Difference[] }[] {
  const tag = scheme.signature.kind === 'header' ? scheme.signature.tag : undefined;
  return [scheme, { ...scheme, prefix: '' }].flatMap((read, index) => {
    const texts = readSignatures(read, rawHeaders, envelope, tag);
    if (texts.kind !== 'texts') return [];
    const noPrefix: readonly Difference[] =
      index === 0 || scheme.prefix === ''
        ? []
        : [{ of: 'prefix', words: `no ${scheme.prefix} before the signature` }];
    return texts.texts.flatMap((text) =>
      (['hex', 'base64'] as const).flatMap((encoding) => {
        const bytes = decode(text.replaceAll('-', '+').replaceAll('_', '/'), encoding);
        if (bytes?.length !== byteLength) return [];
        return [{ bytes, difference: [...noPrefix, ...digestDifferences(scheme, text, encoding, bytes)] }];
      }),
    );
  });
}

function digestDifferences(
  scheme: Scheme,
  text: string,
  encoding: DigestEncoding,
  bytes: Buffer,
): readonly Difference[] {
  if (encoding === 'base64' && bytes.toString('base64') !== text) {
    const words = 'the digest in base64 of another kind: without padding, or with - and _ (base64url)';
    return [{ of: 'alphabet', words }];
  }
  if (encoding === scheme.encoding) return [];
  return [{ of: 'encoding', words: `the digest in ${encoding} instead of ${scheme.encoding}` }];
}
