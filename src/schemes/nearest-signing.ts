import { hash, timingSafeEqual } from 'node:crypto';
import { allWays, parseWay, type Way, wayModifiers } from '../json/way.ts';
import { writeInWay } from '../json/write-way.ts';
import type { Envelope } from './envelope.ts';
import type { RawHeaders } from './head-fields.ts';
import { createHmac, digestBytes, type HashName, type WriteHmac } from './hmac.ts';
import { textsOfEncoders } from './json-encoders.ts';
import { findLeftovers } from './leftovers.ts';
import { type ChecksumKey, decode, hashOf, readKeyBytes } from './live-key.ts';
import { readSignatures } from './read-signatures.ts';
import type { Scheme } from './scheme.ts';
import type { DigestEncoding } from './settings.ts';
import { createMessageReader, type MessageParts } from './signed-text.ts';

/** How a delivery may have been signed. */
export interface NearestSigning {
  readonly keyName: string;
  /** The way in which the part with `@` was written; undefined where the message has none. */
  readonly way: Way | undefined;
  /** What differs from what the scheme takes; without what the way's own name says. */
  readonly differences: readonly Difference[];
}

/** What has to be another one: the file of the key, how a digest is written, or what the signer does. */
export interface Difference {
  readonly of: 'key' | 'encoding' | 'prefix' | 'alphabet' | 'numbers';
  readonly words: string;
}

export interface SearchLimits {
  /** Looked at between two trials; true ends the search with what it has found. */
  readonly isOver: () => boolean;
  /** Also numbers written anew, which no setting can take, and a key that was meant otherwise together with another way. */
  readonly isThorough: boolean;
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
    const trials = trialsOf(scheme, keys, hashName);
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

interface Candidate {
  readonly head: string;
  readonly data: Buffer;
  readonly tail: string;
  readonly way: Way | undefined;
  readonly differences: readonly Difference[];
}

/** Made one after the other, the likeliest first, so that a search that ends early has written little. */
function* candidateTexts(
  scheme: Scheme,
  { rawHeaders, envelope }: { readonly rawHeaders: RawHeaders; readonly envelope: Envelope },
  ways: readonly Way[],
  limits: SearchLimits,
): Generator<Candidate> {
  const written = writtenInWays(scheme);
  const parts = createMessageReader(written)(rawHeaders, envelope);
  if ('kind' in parts) return;
  if (parts.ways[0] === undefined) {
    yield { ...parts.text(undefined), way: undefined, differences: [] };
    return;
  }
  yield* namedTexts(parts, ways, limits);
  if (limits.isThorough) yield* unnamedTexts(parts);
}

/** A whole body may have been written otherwise when it was signed, where something on the way parses JSON. */
function writtenInWays(scheme: Scheme): Scheme {
  if (scheme.ways.length > 0 || scheme.covers !== 'body') return scheme;
  const ways = [parseWay('received') as Way];
  const message = scheme.message.map((part) => (part.kind === 'body' ? { ...part, ways } : part));
  return { ...scheme, message, ways };
}

/** Bytes written in search of a way, so that a long body takes seconds at most. */
const maxWritten = 64_000_000;

/** Each text that some way with a name writes, once, under the simplest name. */
function* namedTexts(
  parts: MessageParts,
  ways: readonly Way[],
  { isOver }: SearchLimits,
): Generator<Candidate> {
  const { data: received } = parts.text(parseWay('received') as Way);
  const { data: compact, head, tail } = parts.text(parseWay('compact') as Way);
  // Most data has nothing to escape, so that all ways of escaping are one.
  const escapes = /[\\/<>&='+`\x7f-\xff]/.test(compact.toString('latin1'));
  const seen = new Set<string>();
  let written = 0;
  for (const way of ways) {
    if (way.strings !== undefined && !escapes) continue;
    const data = writeInWay(received, compact, way);
    written += data.length;
    if (written > maxWritten || isOver()) return;
    const digest = hash('sha256', data, 'base64');
    if (seen.has(digest)) continue;
    seen.add(digest);
    yield { head, data, tail, way, differences: [] };
  }
}

/** Whether the scheme tries this way; a message without ways is signed as it was received. */
export function isTaken({ ways }: Scheme, { name }: Way): boolean {
  return ways.length === 0 ? name === 'received' : ways.some((way) => way.name === name);
}

/** How much a way says; what was written anew was most likely compact before, so that name is told first. */
function oddness({ name, order }: Way): number {
  const words = name.split('+').length;
  return words + (order === 'received' && words > 1 ? 0.2 : 0);
}

/** What the standard encoders write besides: ways that have no name, since they rewrite numbers. */
function* unnamedTexts(parts: MessageParts): Generator<Candidate> {
  const compact = parseWay('compact') as Way;
  const sorted = parseWay('sorted') as Way;
  const { head, data, tail } = parts.text(compact);
  const candidate = (text: string, way: Way, words: readonly string[]): Candidate => ({
    head,
    data: Buffer.from(text, 'utf8'),
    tail,
    way,
    differences: words.map((said) => ({ of: 'numbers', words: said })),
  });
  for (const { text, isSorted, rewritesNumbers, differences } of textsOfEncoders(data.toString('utf8'))) {
    if (rewritesNumbers) yield candidate(text, isSorted ? sorted : compact, differences);
  }
  for (const way of [compact, sorted]) {
    for (const text of withDecimalsInOne(parts.text(way).data.toString('utf8')))
      yield candidate(text, way, [oneDecimal]);
  }
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

interface Trial {
  readonly keyName: string;
  readonly writeHmac: WriteHmac;
  readonly differences: readonly Difference[];
}

/** The keys as they are before what may have been meant by their files. */
function trialsOf(scheme: Scheme, keys: readonly ChecksumKey[], hashName: HashName): readonly Trial[] {
  const read = keys.map(({ name, secret: file }) => {
    const bytes = readKeyBytes(scheme, file);
    return { name, file, secret: 'bytes' in bytes ? bytes.bytes : file };
  });
  const trial = (keyName: string, secret: Buffer, differences: readonly Difference[]): Trial => ({
    keyName,
    writeHmac: createHmac(hashName, secret),
    differences,
  });
  return [
    ...read.map(({ name, secret }) => trial(name, secret, [])),
    ...read.flatMap(({ name, file, secret }) =>
      keyVariants(file, secret).map(([words, variant]) => trial(name, variant, [{ of: 'key', words }])),
    ),
  ];
}

/** What else a key's file may mean. */
function keyVariants(file: Buffer, secret: Buffer): readonly (readonly [words: string, variant: Buffer])[] {
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
  const cleaned = findLeftovers(file).map(({ has, meant }): [string, Buffer | undefined] => [
    `the key that is left where one thing of its file is taken away: it ${has}`,
    meant,
  ]);
  return [...variants, ...cleaned].flatMap(([words, variant]) =>
    variant === undefined || variant.length === 0 || variant.equals(secret)
      ? []
      : [[words, variant] as const],
  );
}
