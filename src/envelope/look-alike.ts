const signedNames: ReadonlySet<string> = new Set(['event', 'data', 'checksum']);

/** Control, format, ignorable and combining characters and every kind of space, except the line feed. */
const invisible = /[[\p{C}\p{Z}\p{Mn}\p{Default_Ignorable_Code_Point}]--\n]+/gv;

/**
 * Whether one of these top-level names, none of them exactly `event`, `data` or `checksum`, could be read as one.
 * Some parsers match names without regard to case (Go's encoding/json, by Unicode's folding, the last one wins),
 * others trim or normalise them: the application would then act on a member that nobody signed.
 */
export function hasLookAlike(names: readonly string[]): boolean {
  // All at once: a body may be nothing but unsigned names, and one by one this would be slow.
  const folded = names.join('\n').normalize('NFKC').replace(invisible, '').toLowerCase();
  return folded.split('\n').some((name) => signedNames.has(name));
}

/**
 * False for names that nobody folds into a signed one, so that the Unicode ways above see few: those whose lines all
 * begin with a visible ASCII character that begins none of the three.
 */
export function beginsLikeSigned(name: string): boolean {
  let isLineStart = true;
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (code > 0x7f) return true;
    if (code === 0x0a) isLineStart = true;
    if (!isLineStart || code <= 0x20 || code === 0x7f) continue;
    isLineStart = false;
    const letter = code | 0x20;
    // c, d, e
    if (letter >= 0x63 && letter <= 0x65) return true;
  }
  return false;
}
