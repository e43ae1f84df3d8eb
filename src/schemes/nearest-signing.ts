import { hash, timingSafeEqual } from 'node:crypto';
import { allWays, parseWay, type Way, wayModifiers } from '../json/way.ts';
import { writeInWay } from '../json/write-way.ts';
import type { Envelope } from './envelope.ts';
import type { RawHeaders } from './head-fields.ts';
import { createHmac, digestBytes } from './hmac.ts';
import { textsOfEncoders } from './json-encoders.ts';
import { findLeftovers } from './leftovers.ts';
import { type ChecksumKey, decode, hashOf, readKeyBytes } from './live-key.ts';
import { readSignatures } from './read-signatures.ts';
import type { Scheme } from './scheme.ts';
import { createMessageReader, type MessageParts } from './signed-text.ts';

/** How a delivery may have been signed. */
export interface NearestSigning {
  readonly keyName: string;
  /** The way in which the part with `@` was written; undefined where the scheme has none. */
  readonly way: Way | undefined;
  /** In words, what differs from what the scheme takes; without what the way's own name says. */
  readonly differences: readonly string[];
  /** No way of writing can be listed for it: numbers were written anew, or the key is another one. */
  readonly isConfigurable: boolean;
}

/**
 * Tries how other encoders write the same JSON, and what is often done wrong with a key or a digest, and returns the
 * match that differs least from what the scheme takes. Slow: for `explain`, not for deliveries.
 */
export function findNearestSigning(
  scheme: Scheme,
  delivery: { readonly rawHeaders: RawHeaders; readonly envelope: Envelope },
  keys: readonly ChecksumKey[],
): NearestSigning | undefined {
  if (scheme.algorithm === 'equals' || scheme.algorithm === 'ed25519') return undefined;
  const hashName = hashOf[scheme.algorithm];
  const sent = sentDigests(scheme, delivery, digestBytes[hashName]);
  const texts = candidateTexts(scheme, delivery);
  const digest = Buffer.alloc(digestBytes[hashName]);
  let nearest: NearestSigning | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const key of keys) {
    for (const variant of keyVariants(scheme, key.secret)) {
      const writeHmac = createHmac(hashName, variant.secret);
      for (const text of texts) {
        writeHmac(digest, text.head, text.data, text.tail);
        for (const { bytes, difference } of sent) {
          if (!timingSafeEqual(digest, bytes)) continue;
          const others = [...text.differences, ...variant.differences, ...difference];
          const count = others.length + (text.way === undefined ? 0 : oddness(text.way) / 2);
          if (count >= fewest) continue;
          fewest = count;
          nearest = {
            keyName: key.name,
            way: text.way,
            differences: others,
            isConfigurable: others.length === 0,
          };
        }
      }
    }
  }
  return nearest;
}

interface Candidate {
  readonly head: string;
  readonly data: Buffer;
  readonly tail: string;
  readonly way: Way | undefined;
  readonly differences: readonly string[];
}

function candidateTexts(
  scheme: Scheme,
  { rawHeaders, envelope }: { readonly rawHeaders: RawHeaders; readonly envelope: Envelope },
): Candidate[] {
  const parts = createMessageReader(scheme)(rawHeaders, envelope);
  if ('kind' in parts) return [];
  if (scheme.ways.length === 0) {
    return [{ ...parts.text(undefined), way: undefined, differences: [] }];
  }
  return [...namedTexts(parts), ...unnamedTexts(parts)];
}

/** Bytes written in search of a way, so that a long body takes seconds at most. */
const maxWritten = 64_000_000;

/** Each text that some way with a name writes, once, under the simplest name. */
function namedTexts(parts: MessageParts): Candidate[] {
  const { data: received } = parts.text(parseWay('received') as Way);
  const { data: compact, head, tail } = parts.text(parseWay('compact') as Way);
  // Most data has nothing to escape, so that all ways of escaping are one.
  const escapes = /[\\/<>&='+`\x7f-\xff]/.test(compact.toString('latin1'));
  const seen = new Set<string>();
  const found: Candidate[] = [];
  let written = 0;
  for (const way of allWays().sort((a, b) => oddness(a) - oddness(b))) {
    if (way.strings !== undefined && !escapes) continue;
    const data = writeInWay(received, compact, way);
    written += data.length;
    if (written > maxWritten) break;
    const digest = hash('sha256', data, 'base64');
    if (seen.has(digest)) continue;
    seen.add(digest);
    found.push({ head, data, tail, way, differences: [] });
  }
  return found;
}

/** How much a way says; what was written anew was most likely compact before, so that name is told first. */
function oddness({ name, order }: Way): number {
  const words = name.split('+').length;
  return words + (order === 'received' && words > 1 ? 0.2 : 0);
}

/** What the standard encoders write besides: ways that have no name, since they rewrite numbers. */
function unnamedTexts(parts: MessageParts): Candidate[] {
  const found: Candidate[] = [];
  const compact = parseWay('compact') as Way;
  const sorted = parseWay('sorted') as Way;
  const { head, data, tail } = parts.text(compact);
  const add = (text: string, way: Way, differences: readonly string[]): void => {
    found.push({ head, data: Buffer.from(text, 'utf8'), tail, way, differences });
  };
  for (const { text, isSorted, rewritesNumbers, differences } of textsOfEncoders(data.toString('utf8'))) {
    if (rewritesNumbers) add(text, isSorted ? sorted : compact, differences);
  }
  for (const way of [compact, sorted]) {
    for (const text of withDecimalsInOne(parts.text(way).data.toString('utf8'))) add(text, way, [oneDecimal]);
  }
  return found;
}

const oneDecimal = 'one whole number that had .0 when it was signed (parsed and written again on the way)';
/** Numbers tried on their own. */
const maxNumbers = 64;

/** The same JSON, each time with `.0` after another one of its whole numbers. */
function withDecimalsInOne(json: string): string[] {
  const ends: number[] = [];
  for (const match of json.matchAll(tokens)) {
    if (isWhole(match[0]) && ends.length < maxNumbers) ends.push(match.index + match[0].length);
  }
  return ends.map((end) => `${json.slice(0, end)}.0${json.slice(end)}`);
}

/** Strings and numbers. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

const isWhole = (token: string): boolean => /^-?\d+$/.test(token);

/** What a way's modifiers do, in words. */
export function wayWords(way: Way): readonly string[] {
  return way.name
    .split('+')
    .slice(1)
    .map((word) => wayModifiers[word] ?? word);
}

/** The digests that the signature may mean: as the scheme writes them, or in the other encoding. */
function sentDigests(
  scheme: Scheme,
  { rawHeaders, envelope }: { readonly rawHeaders: RawHeaders; readonly envelope: Envelope },
  byteLength: number,
): { readonly bytes: Buffer; readonly difference: readonly string[] }[] {
  const tag = scheme.signature.kind === 'header' ? scheme.signature.tag : undefined;
  const found = [scheme, { ...scheme, prefix: '' }].flatMap((read, index) => {
    const texts = readSignatures(read, rawHeaders, envelope, tag);
    if (texts.kind !== 'texts') return [];
    const noPrefix = index === 0 || scheme.prefix === '' ? [] : [`no ${scheme.prefix} before the signature`];
    return texts.texts.flatMap((text) =>
      (['hex', 'base64'] as const).flatMap((encoding) => {
        const bytes = decode(text.replaceAll('-', '+').replaceAll('_', '/'), encoding);
        if (bytes?.length !== byteLength) return [];
        const other =
          encoding === scheme.encoding ? [] : [`the digest in ${encoding} instead of ${scheme.encoding}`];
        return [{ bytes, difference: [...noPrefix, ...other] }];
      }),
    );
  });
  return found;
}

function keyVariants(
  scheme: Scheme,
  file: Buffer,
): { readonly secret: Buffer; readonly differences: readonly string[] }[] {
  const read = readKeyBytes(scheme, file);
  const secret = 'bytes' in read ? read.bytes : file;
  const text = secret.toString('utf8');
  const whole = file.toString('utf8');
  const behindPrefix = /^(?:whsec_|sk_|whsk_)(.+)$/.exec(whole)?.[1];
  const variants: [string, Buffer | undefined][] = [
    ['the key followed by a newline', Buffer.concat([secret, Buffer.from('\n')])],
    ['the key without the white space around it', Buffer.from(text.trim())],
    ['the key in lower case', Buffer.from(text.toLowerCase())],
    ['the key in upper case', Buffer.from(text.toUpperCase())],
    ['the whole text of the key, its prefix included', file],
    ['the key without its prefix', behindPrefix === undefined ? undefined : Buffer.from(behindPrefix)],
    [
      'the key without its prefix, decoded from base64',
      behindPrefix === undefined ? undefined : decode(behindPrefix, 'base64'),
    ],
    ['the key decoded from base64', decode(whole, 'base64')],
    ['the key decoded from hex', decode(whole, 'hex')],
  ];
  const cleaned = findLeftovers(file).flatMap(({ has, meant }): [string, Buffer][] =>
    meant === undefined
      ? []
      : [[`the key that is left where one thing of its file is taken away: it ${has}`, meant]],
  );
  return [
    { secret, differences: [] },
    ...[...variants, ...cleaned].flatMap(([difference, variant]) =>
      variant === undefined || variant.length === 0 || variant.equals(secret)
        ? []
        : [{ secret: variant, differences: [difference] }],
    ),
  ];
}
