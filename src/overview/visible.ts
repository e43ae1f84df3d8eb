/**
 * What Unicode calls "other" (control characters, those that turn the direction of writing or take no place, lone
 * surrogates, private and unassigned ones), and separators of lines and paragraphs: on a terminal they command it, on a
 * page they reorder what stands beside them.
 */
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Variation_Selector}\p{Default_Ignorable_Code_Point}]/gu;

const mostCharacters = 160;

/** A text of a stranger's as it may be shown: what is not seen is written as `\u{202e}`, and a long one is cut. */
export function visible(text: string): string {
  const cut = text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
  return cut.replaceAll(unseen, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
}
