import { hash } from 'node:crypto';
import { parseWay, type Way } from '../json/way.ts';
import { writeInWay } from '../json/write-way.ts';
import type { Difference } from './difference.ts';
import type { Envelope } from './envelope.ts';
import type { RawHeaders } from './head-fields.ts';
import { textsOfEncoders } from './json-encoders.ts';
import type { Scheme } from './scheme.ts';
import { createMessageReader, type MessageParts } from './signed-text.ts';

export interface SearchLimits {
  /** Looked at between two trials; true ends the search with what it has found. */
  readonly isOver: () => boolean;
  /** Also numbers written anew, which no setting can take, and a key that was meant otherwise together with another way. */
  readonly isThorough: boolean;
}

/** A text that may have been signed. */
export interface Candidate {
  readonly head: string;
  readonly data: Buffer;
  readonly tail: string;
  readonly way: Way | undefined;
  readonly differences: readonly Difference[];
}

/** Made one after the other, the likeliest first, so that a search that ends early has written little. */
export function* candidateTexts(
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

/** Strings and numbers. A choice for each character would take more of V8's stack than there is for a text of megabytes. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

const isWhole = (token: string): boolean => /^-?\d+$/.test(token);
