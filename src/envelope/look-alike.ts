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
