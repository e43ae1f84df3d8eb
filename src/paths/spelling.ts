/** How a path could be read by routers other than this gate's. The room `paths` knows spellings, not deliveries. */
import { hexDigit } from '../hex/hex-digit.ts';

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
  // Overlong forms of "/" and "." are no UTF-8, but some decoders take them.
  return isEncoded && decodeUtf8(path) === undefined ? 'a percent-encoding that is not UTF-8' : undefined;
}

/**
 * Tells whether a router could take `path` for one of the webhook routes although it is none of them letter by
 * letter: routers ignore case and trailing slashes (Express), cut `;parameters` (servlet containers), take a suffix
 * as the format (Rails), route everything below a path to its handler (nginx locations, Express mounts, PATH_INFO),
 * or serve all paths below a front controller as well (`/index.php/webhooks/juicyway`).
 */
export function createLookAlikes(routePaths: readonly string[]): (path: string) => boolean {
  const routes = routePaths.map(fold);
  return (path) => {
    const folded = fold(path);
    for (let start = 0; start !== -1; start = endOfScript(folded, start)) {
      if (routes.some((route) => continues(folded, start, route))) return true;
    }
    return false;
  };
}

/** Whether `route` stands at `start`, alone or followed by what does not belong to a longer name. */
function continues(path: string, start: number, route: string): boolean {
  return path.startsWith(route, start) && !isNameCharacter(path.charCodeAt(start + route.length));
}

/** Where the path goes on behind the next segment with a dot in it, such as `index.php`; -1 where it does not. */
function endOfScript(path: string, start: number): number {
  const dotAt = path.indexOf('.', start);
  return dotAt === -1 ? -1 : path.indexOf('/', dotAt);
}

/** What is left of a path once everything is ignored that some router ignores. Only made to be compared. */
function fold(path: string): string {
  const decoded = decodeUtf8(path) ?? path;
  const segments: string[] = [];
  // Look-alikes of "/" and of letters (full-width ones, the Kelvin sign) become those here.
  for (const segment of decoded.normalize('NFKC').toLowerCase().split(/[/\\]/)) {
    const name = withoutParameters(segment);
    // ASP.NET takes the session out of the path: /(S(x))/webhooks.
    if (name !== '' && !(name.startsWith('(') && name.endsWith(')'))) segments.push(name);
  }
  return `/${segments.join('/')}`;
}

/**
 * A segment without what stands behind `;`, `?` or `#`, and without dots and blanks at its end. No regular expression:
 * one that looks for blanks before an end takes quadratic time, and anybody may send 16 KiB of dots.
 */
function withoutParameters(segment: string): string {
  let end = 0;
  while (end < segment.length && !endsName(segment.charCodeAt(end))) end++;
  while (end > 0 && isTrimmed(segment.charCodeAt(end - 1))) end--;
  return segment.slice(0, end);
}

function endsName(code: number): boolean {
  return code === semicolon || code === question || code === hash;
}

function isTrimmed(code: number): boolean {
  return code === dot || code === 0x20;
}

function decodeUtf8(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    // Expected of any path with such an encoding; the callers know what to do without.
    return undefined;
  }
}

const slash = 0x2f;
const backslash = 0x5c;
const percent = 0x25;
const hash = 0x23;
const dot = 0x2e;
const colon = 0x3a;
const semicolon = 0x3b;
const question = 0x3f;

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

function isNameCharacter(code: number): boolean {
  const letter = code | 0x20;
  return (
    (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f
  );
}
