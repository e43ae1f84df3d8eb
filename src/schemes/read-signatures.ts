import { QUOTE } from '../json/ascii.ts';
import type { ValueSpan } from '../json/span.ts';
import { hexDigit } from '../values/hex-digit.ts';
import type { Envelope } from './envelope.ts';
import { type RawHeaders, readField, readTagged, unquoted } from './head-fields.ts';
import type { Scheme } from './scheme.ts';
import type { DigestEncoding } from './settings.ts';

/** The texts of the signatures that a delivery carries under one tag, without prefix; or why there is none. */
export type SignatureTexts =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'missing' | 'malformed'; readonly detail: string };

/** A signature header holds few; further ones are not tried. */
const maxTried = 16;

/** Reads the signature from the head or the body of a delivery. */
export function readSignatures(
  { signature, prefix, algorithm }: Pick<Scheme, 'signature' | 'prefix' | 'algorithm'>,
  rawHeaders: RawHeaders,
  envelope: Envelope,
  tag: string | undefined,
): SignatureTexts {
  if (signature.kind === 'member') {
    if (envelope.checksum === undefined) {
      return { kind: 'missing', detail: `the body has no ${signature.name}` };
    }
    return withoutPrefix([envelope.checksum], prefix, `the ${signature.name}`);
  }
  const field = readField(rawHeaders, signature.name.toLowerCase());
  if (field.kind === 'absent') return { kind: 'missing', detail: `the head has no ${signature.name}` };
  if (field.kind === 'twice') return { kind: 'malformed', detail: `the head has two ${signature.name}` };
  if (tag === undefined) return withoutPrefix([field.text], prefix, signature.name);
  const tagged = readTagged(field.text, tag).slice(0, maxTried);
  return tagged.length === 0
    ? { kind: 'malformed', detail: `${signature.name} has no part ${tag}` }
    : withoutPrefix(algorithm === 'equals' ? tagged : tagged.map(unquoted), prefix, signature.name);
}

function withoutPrefix(texts: readonly string[], prefix: string, what: string): SignatureTexts {
  if (prefix === '') return { kind: 'texts', texts };
  const cut = texts.filter((text) => text.startsWith(prefix)).map((text) => text.slice(prefix.length));
  return cut.length > 0
    ? { kind: 'texts', texts: cut }
    : { kind: 'malformed', detail: `${what} does not begin with ${prefix}` };
}

/** Reads a digest of exactly the length of `bytes` into it; false for any other text. */
export function readDigest(text: string, encoding: DigestEncoding, bytes: Buffer): boolean {
  if (encoding === 'hex') return readHex(text, bytes);
  const decoded = Buffer.from(text, encoding);
  if (decoded.length !== bytes.length || !isWrittenAs(encoding, decoded, text)) return false;
  decoded.copy(bytes);
  return true;
}

/** Base64 is padded, and of the URL alphabet both forms are in use (RFC 4648 section 3.2); no other text stands for the bytes. */
export function isWrittenAs(encoding: DigestEncoding, bytes: Buffer, text: string): boolean {
  const written = bytes.toString(encoding);
  if (text === written) return true;
  return encoding === 'base64url' && text === written.padEnd(Math.ceil(written.length / 4) * 4, '=');
}

/** The same of a digest in hex that stands in a body as a string without escapes: no text is made of it. */
export function readHexIn(body: Buffer, { start, end, hasEscape }: ValueSpan, bytes: Buffer): boolean {
  if (hasEscape || body[start] !== QUOTE || end - start - 2 !== 2 * bytes.length) return false;
  for (let index = 0; index < bytes.length; index++) {
    const high = hexDigit(body[start + 1 + 2 * index] as number);
    const low = hexDigit(body[start + 2 + 2 * index] as number);
    if (high < 0 || low < 0) return false;
    bytes[index] = 16 * high + low;
  }
  return true;
}

function readHex(text: string, bytes: Buffer): boolean {
  if (text.length !== 2 * bytes.length) return false;
  for (let index = 0; index < bytes.length; index++) {
    const high = hexDigit(text.charCodeAt(2 * index));
    const low = hexDigit(text.charCodeAt(2 * index + 1));
    if (high < 0 || low < 0) return false;
    bytes[index] = 16 * high + low;
  }
  return true;
}

/** What was expected of a digest that could not be read, for the log. */
export function digestForm(encoding: DigestEncoding, byteLength: number): string {
  return encoding === 'hex' ? `${2 * byteLength} hexadecimal digits` : `${encoding} of ${byteLength} bytes`;
}
