import { withoutBlanks } from '../values/field-grammar.ts';

/** A field of a head: its value without blanks around it, or what keeps it from being one. */
export type Field =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'twice' };

const absent: Field = { kind: 'absent' };
const twice: Field = { kind: 'twice' };

/** The names and values of a head, alternating, as they arrived. */
export type RawHeaders = readonly string[];

/** Finds the only field with this name, in lower case. One that comes twice is none: who reads it could take either. */
export function readField(rawHeaders: RawHeaders, lowerCaseName: string): Field {
  let text: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== lowerCaseName.length) continue;
    if (name !== lowerCaseName && name.toLowerCase() !== lowerCaseName) continue;
    if (text !== undefined) return twice;
    text = withoutBlanks(rawHeaders[index + 1] as string);
  }
  return text === undefined ? absent : { kind: 'value', text };
}

/** At most this many parts of one signature header are looked at. */
const maxTagged = 64;

/**
 * The texts under a tag of a signature header, in one of three spellings: `t=…,v1=…`, or the same with semicolons where
 * there is no comma (Paddle), or `v1,… v1,…` (blanks between parts). How the value begins tells pairs.
 */
export function readTagged(value: string, tag: string): readonly string[] {
  const found: string[] = [];
  const inPairs = /^[A-Za-z0-9_-]+=/.test(value);
  const between = inPairs ? (value.includes(',') ? ',' : ';') : ' ';
  for (const item of value.split(between, maxTagged)) {
    const part = withoutBlanks(item);
    const cut = part.indexOf(inPairs ? '=' : ',');
    if (cut === tag.length && part.startsWith(tag)) found.push(part.slice(cut + 1));
  }
  return found;
}

/**
 * A digest or a time under a tag, without the quotes around it (`signature="…"`). Neither has quotes of its own, so that
 * each is read in one way; of any other text they may be a part.
 */
export function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
