import { timingSafeEqual } from 'node:crypto';
import type { ChecksumEncoding } from '../delivery/delivery.ts';
import { findLeftovers } from '../values/leftovers.ts';
import type { Envelope } from './envelope.ts';
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
  const written = (['compact', 'sorted'] as const).flatMap((encoding) => {
    const text = envelope.dataIn(encoding).toString('utf8');
    const rewritten = allStyles().map(({ style, differences }) => ({
      data: Buffer.from(rewrite(text, style), 'utf8'),
      encoding,
      differences,
    }));
    const decimals = withDecimalsInOne(text).map((data) => ({ data, encoding, differences: [oneDecimal] }));
    return [...rewritten, ...decimals];
  });
  return [...plain, ...written];
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

interface Style {
  readonly spaced: boolean;
  readonly unescaped: boolean;
  readonly slashes: boolean;
  readonly ascii: boolean;
  readonly reparsed: boolean;
  readonly decimals: boolean;
}

const styleWords: Readonly<Record<keyof Style, string>> = {
  spaced: "a blank after each comma and colon (Python's json.dumps without separators)",
  unescaped: 'escapes in strings resolved (parsed and written again)',
  slashes: "slashes written as \\/ (PHP's json_encode without JSON_UNESCAPED_SLASHES)",
  ascii: 'non-ASCII characters written as \\uXXXX (json.dumps without ensure_ascii=False, PHP by default)',
  reparsed: 'numbers parsed and written again as JavaScript does',
  decimals: 'all whole numbers with .0 when they were signed (parsed and written again on the way)',
};

/** Every combination of the styles. */
function allStyles(): { style: Style; differences: string[] }[] {
  const names = Object.keys(styleWords) as (keyof Style)[];
  return Array.from({ length: 1 << names.length }, (_, bits) => {
    const chosen = names.filter((_name, index) => bits & (1 << index));
    const style = Object.fromEntries(names.map((name) => [name, chosen.includes(name)])) as unknown as Style;
    return { style, differences: chosen.map((name) => styleWords[name]) };
  });
}

/** Writes compact, valid JSON in another style. */
function rewrite(compactJson: string, style: Style): string {
  return compactJson.replace(tokens, (token) => {
    if (token === ',' || token === ':') return style.spaced ? `${token} ` : token;
    if (!token.startsWith('"')) {
      const number = style.reparsed ? JSON.stringify(Number(token)) : token;
      return style.decimals && isWhole(number) ? `${number}.0` : number;
    }
    let text = style.unescaped ? JSON.stringify(JSON.parse(token)) : token;
    if (style.slashes) text = text.replace(/\\?\//g, '\\/');
    if (style.ascii) text = text.replace(/[\u0080-\uffff]/g, escapeCharacter);
    return text;
  });
}

/** Strings, numbers, and what separates them. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[,:]/g;

const isWhole = (token: string): boolean => /^-?\d+$/.test(token);

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

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
