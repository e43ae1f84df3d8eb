/**
 * Everything that routers, file systems and databases in use make of a path before they compare it: the decoded path,
 * each step of normalising it, each in lower case, and each without what some reader drops. All in lower case, none
 * more often than once. Linear in the length of the path.
 */
export function readingsOf(path: string): ReadonlySet<string> {
  // Raw paths are ASCII, so that without an escape there is nothing to normalise or to drop.
  if (!path.includes('%')) return new Set([path.toLowerCase()]);
  const readings = new Set<string>();
  for (const step of stepsOf(decodeUtf8(path) ?? path)) {
    for (const cased of [step.toLowerCase(), step.toUpperCase().toLowerCase()]) {
      for (const thinned of thinnedForms(cased)) readings.add(thinned);
    }
  }
  return readings;
}

/** The text of a path's escapes; undefined where they are broken or no UTF-8. */
export function decodeUtf8(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    // Expected of any path with such an encoding; the callers know what to do without.
    return undefined;
  }
}

/** Compared after the last step only, what a step makes of a character could hide what it was before. */
function stepsOf(decoded: string): ReadonlySet<string> {
  const steps = new Set([decoded]);
  for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
    const normal = decoded.normalize(form);
    steps.add(normal);
    // A full-width "%" becomes one, and what follows is decoded by the next reader.
    if (normal.includes('%')) steps.add(withEscapesRead(normal));
  }
  steps.add(withLowBytes(decoded));
  return steps;
}

function thinnedForms(text: string): string[] {
  const unmarked = text.replace(marks, '');
  return [text, unmarked, text.replace(unseen, ''), unmarked.replace(unseen, ''), text.replace(nonAscii, '')];
}

/** Accents by themselves: comparisons of databases ignore them, and a normaliser joins them to the letter before. */
const marks = /\p{M}+/gu;
/** Blanks, controls, characters without width: trimmed here and there, and ignored by comparisons. */
const unseen = /[\s\p{Cc}\p{Cf}\p{Zs}\p{Default_Ignorable_Code_Point}]+/gu;
/** Dropped by conversions to ASCII that leave out what they do not know. */
const nonAscii = /[^\0-\x7f]+/g;

/** Only the escapes of ASCII; anything else is left as it stands. */
function withEscapesRead(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** What is left where characters are written as one byte each, as Node itself does with `latin1`. */
function withLowBytes(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
