/** How a path could be read by routers other than this gate's. The room `paths` knows spellings, not deliveries. */
import { hexDigit } from '../values/hex-digit.ts';
import { decodeUtf8 } from './readings.ts';
import { isNameCharacter } from './route-look-alikes.ts';

/**
 * Why a router could read this path (without its query) as another one, or undefined where every router reads it
 * alike. RFC 3986 section 6.2.2 lists what normalisation may do; routers in use do more.
 */
export function findAmbiguity(path: string): string | undefined {
  let isEncoded = false;
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index);
    if (code <= 0x20 || code >= 0x7f) return 'a control, blank or non-ASCII character';
    switch (code) {
      case backslash:
        return 'a backslash';
      case hash:
        return 'a fragment';
      case slash:
        if (path.charCodeAt(index + 1) === slash) return 'an empty segment';
        if (isDotSegment(path, index + 1)) return 'a dot segment';
        // http-proxy writes `http:/` as `http://`, so the application would see another path than the gate.
        if (endsWithScheme(path, index)) return 'an embedded URL';
        break;
      case percent: {
        isEncoded = true;
        const decoded = decodeEscape(path, index);
        if (decoded === undefined) return 'a broken percent-encoding';
        if (decoded < 0x20 || decoded === 0x7f) return 'an encoded control character';
        if (decoded === slash || decoded === backslash || decoded === percent) return 'an encoded separator';
        if (isUnreserved(decoded)) return 'an encoded character that needs no encoding';
        break;
      }
    }
  }
  if (!isEncoded) return undefined;
  const decoded = decodeUtf8(path);
  // Overlong forms of "/" and "." are no UTF-8, but some decoders take them.
  if (decoded === undefined) return 'a percent-encoding that is not UTF-8';
  return manyMarks.test(decoded) ? 'more accents in a row than any name has' : undefined;
}

/** Putting marks into order takes a normaliser quadratic time; no text in use has more than 30 (UAX #15, section 13). */
const manyMarks = /\p{M}{31}/u;

const slash = 0x2f;
const backslash = 0x5c;
const percent = 0x25;
const hash = 0x23;
const dot = 0x2e;
const colon = 0x3a;
const semicolon = 0x3b;

function isDotSegment(path: string, start: number): boolean {
  if (path.charCodeAt(start) !== dot) return false;
  const end = path.charCodeAt(start + 1) === dot ? start + 2 : start + 1;
  const next = path.charCodeAt(end);
  // `..;x` is one to a router that cuts parameters, and `..%20` to one that trims.
  return end === path.length || next === slash || next === semicolon || next === percent;
}

/** Whether `http:` or `https:` stands before the slash at `index`. */
function endsWithScheme(path: string, index: number): boolean {
  return (
    path.charCodeAt(index - 1) === colon &&
    (path.startsWith('http', index - 5) || path.startsWith('https', index - 6))
  );
}

/** The byte of the escape at `index`; undefined where two hex digits are missing. */
function decodeEscape(path: string, index: number): number | undefined {
  const high = hexDigit(path.charCodeAt(index + 1));
  const low = hexDigit(path.charCodeAt(index + 2));
  return high < 0 || low < 0 ? undefined : high * 16 + low;
}

/** RFC 3986 section 2.3. */
function isUnreserved(code: number): boolean {
  return isNameCharacter(code) || code === dot || code === 0x7e;
}
