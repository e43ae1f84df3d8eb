import { readingsOf } from './readings.ts';

/**
 * Tells whether a router could take `path` for one of the webhook routes although it is none of them letter by
 * letter: routers ignore case and trailing slashes (Express), cut `;parameters` (servlet containers), trim blanks,
 * take a suffix as the format (Rails), route everything below a path to its handler (nginx locations, Express mounts,
 * PATH_INFO), or serve all paths below a front controller as well (`/index.php/webhooks/juicyway`). `base` stands before
 * every path that is asked about.
 */
export function createRouteLookAlikes(routePaths: readonly string[], base = ''): (path: string) => boolean {
  const roots = ['/', `${base}/`];
  const routes = routePaths.flatMap((path) => {
    const isRoot = roots.includes(path);
    const lower = path.toLowerCase();
    const spellings = isRoot ? [lower.slice(0, -1)] : [lower, join(segmentsOf(lower))];
    return spellings.map((text) => ({ text, isRoot }));
  });
  return (path) => {
    for (const reading of readingsOf(path)) {
      const segments = segmentsOf(reading);
      // Made by decoding, normalising or trimming; as they came they were refused before.
      if (segments.some(isDots)) return true;
      if (leadsToRoute(reading, routes) || leadsToRoute(join(segments), routes)) return true;
    }
    return false;
  };
}

interface RouteText {
  /** In lower case; of the root what stands before its slash. */
  readonly text: string;
  readonly isRoot: boolean;
}

/** Whether a route stands at the path's begin or behind the name of a script. */
function leadsToRoute(path: string, routes: readonly RouteText[]): boolean {
  for (let start = 0, isLed = true; start !== -1; ) {
    if (isLed && routes.some((route) => continues(path, start, route))) return true;
    const end = path.indexOf('/', start + 1);
    isLed = end !== -1 && isScript(path.slice(start + 1, end));
    start = end;
  }
  return false;
}

/** Any name with a dot in it, such as `index.php`. Apache's MultiViews find that under `index` as well. */
function isScript(segment: string): boolean {
  return segment === 'index' || segment.includes('.');
}

/**
 * Whether `route` stands at `start`, alone or followed by what does not belong to a longer name. Every path continues the
 * root, so of that one only what servers put in its place counts.
 */
function continues(path: string, start: number, { text, isRoot }: RouteText): boolean {
  if (!path.startsWith(text, start)) return false;
  const end = start + text.length;
  return isRoot ? start === 0 && servesRoot.test(path.slice(end)) : !isNameCharacter(path.charCodeAt(end));
}

/**
 * A script may be the front controller of `/`, with PATH_INFO behind it or nothing (`/app.php`). A directory index stands for
 * `/` by itself; Apache takes `index.php.en` for a language of it. Other names with a dot in them (`/v1.2/`) are none.
 */
const servesRoot =
  /^(?:\/[^/]*\.(?:php\d?|phtml|f?cgi|pl|py|rb|aspx?|ashx|jspx?|do|cfm))*(?:\/|\/(?:index|default)(?:\.[a-z0-9]+)*)?$/;

/** The segments that are left once all is trimmed that some router trims. Only made to be compared. */
function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const segment of path.split(separators)) {
    const name = trimmed(segment);
    // ASP.NET takes the session out of the path: /(S(x))/webhooks.
    if (name !== '' && !(name.startsWith('(') && name.endsWith(')'))) segments.push(name);
  }
  return segments;
}

/** "/", and what Windows and conversions to ASCII make one of; the full-width ones are normalised to these. */
const separators = /[/\\\u2044\u2215\u2216\u29f5\u29f8\u29f9]/;

function join(segments: readonly string[]): string {
  // Dots at the end are trimmed by Windows; a segment of nothing else is none.
  const names = segments.map((segment) => withoutEnd(segment, isDotOrBlank)).filter((name) => name !== '');
  return `/${names.join('/')}`;
}

/**
 * A segment without what stands behind `;`, `?` or `#`, and without blanks on either side. No regular expression:
 * one that looks for blanks before an end takes quadratic time, and anybody may send 16 KiB of them.
 */
function trimmed(segment: string): string {
  let end = 0;
  while (end < segment.length && !endsName(segment.charCodeAt(end))) end++;
  let start = 0;
  while (start < end && isBlank(segment.charCodeAt(start))) start++;
  return withoutEnd(segment.slice(start, end), isBlank);
}

function withoutEnd(text: string, isTrimmed: (code: number) => boolean): string {
  let end = text.length;
  while (end > 0 && isTrimmed(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

function endsName(code: number): boolean {
  return code === semicolon || code === question || code === hash;
}

/** Also "+", which decoders of forms read as a blank, and the blanks of Unicode, by what JavaScript trims. */
function isBlank(code: number): boolean {
  return code <= 0x20 || code === plus || (code >= 0x7f && String.fromCharCode(code).trim() === '');
}

function isDotOrBlank(code: number): boolean {
  return code === dot || isBlank(code);
}

function isDots(segment: string): boolean {
  return segment === '.' || segment === '..';
}

/** A letter, a digit, `-` or `_`. */
export function isNameCharacter(code: number): boolean {
  const letter = code | 0x20;
  return (
    (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f
  );
}

const hash = 0x23;
const plus = 0x2b;
const dot = 0x2e;
const semicolon = 0x3b;
const question = 0x3f;
