/** How a path could be read by routers other than this gate's. The room `paths` knows spellings, not deliveries. */

/**
 * Why a router could read this path (without its query) as another one, or undefined where every router reads it
 * alike. RFC 3986 section 6.2.2 lists what normalisation may do; routers in use do more.
 */
export function findAmbiguity(path: string): string | undefined {
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
        break;
      case percent: {
        const decoded = decodeEscape(path, index);
        if (decoded === undefined) return 'a broken percent-encoding';
        if (decoded < 0x20 || decoded === 0x7f) return 'an encoded control character';
        if (decoded === slash || decoded === backslash || decoded === percent) return 'an encoded separator';
        if (isUnreserved(decoded)) return 'an encoded character that needs no encoding';
        break;
      }
    }
  }
  return undefined;
}

/**
 * Tells whether a router could take `path` for one of the webhook routes although it is none of them letter by
 * letter: routers ignore case and trailing slashes (Express), cut `;parameters` (servlet containers), take a suffix
 * as the format (Rails), or route everything below a path to its handler (nginx locations, Express mounts).
 */
export function createLookAlikes(routePaths: readonly string[]): (path: string) => boolean {
  const routes = routePaths.map(fold);
  return (path) => {
    const folded = fold(path);
    return routes.some(
      (route) => folded.startsWith(route) && !isNameCharacter(folded.charCodeAt(route.length)),
    );
  };
}

/** What is left of a path once everything is ignored that some router ignores. */
function fold(path: string): string {
  return decodeLeniently(path.replace(/;[^/]*/g, ''))
    .normalize('NFKC')
    .toLowerCase();
}

function decodeLeniently(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Not UTF-8: no router that decodes can take it for a route, which is ASCII.
    return path;
  }
}

const slash = 0x2f;
const backslash = 0x5c;
const percent = 0x25;
const hash = 0x23;
const dot = 0x2e;

function isDotSegment(path: string, start: number): boolean {
  if (path.charCodeAt(start) !== dot) return false;
  const end = path.charCodeAt(start + 1) === dot ? start + 2 : start + 1;
  // `..;x` is a dot segment to a router that cuts parameters.
  return end === path.length || path.charCodeAt(end) === slash || path.charCodeAt(end) === 0x3b;
}

/** The byte of the escape at `index`; undefined where two hex digits are missing. */
function decodeEscape(path: string, index: number): number | undefined {
  const high = hexDigit(path.charCodeAt(index + 1));
  const low = hexDigit(path.charCodeAt(index + 2));
  return high < 0 || low < 0 ? undefined : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
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
