import { parsePointer } from '../json/find-values.ts';
import { parseWay, type Way } from '../json/way.ts';

/** A part of what is signed. */
export type Part =
  | { readonly kind: 'literal'; readonly text: string }
  /** The whole body; `ways` where it may have been written otherwise when it was signed. */
  | { readonly kind: 'body'; readonly ways: readonly Way[] | undefined }
  /** The URL as it is registered with the sender. */
  | { readonly kind: 'url' }
  | { readonly kind: 'header'; readonly name: string }
  /** The part of the signature's header with this tag. */
  | { readonly kind: 'tag'; readonly tag: string }
  /** A member of the body; `ways` where it is an object, written in one of them. */
  | {
      readonly kind: 'member';
      readonly pointer: readonly string[];
      readonly ways: readonly Way[] | undefined;
    };

export type Variable = Exclude<Part, { kind: 'literal' }>;

export type Template =
  | { readonly kind: 'template'; readonly parts: readonly Part[] }
  | { readonly kind: 'invalid'; readonly expected: string };

/** Where one thing stands: a header, a tag of the signature, or a member of the body. */
export type Place = Extract<Variable, { kind: 'header' | 'tag' | 'member' }>;

/** Reads `message`: literal text, and parts in braces. `expected` is a sentence for the operator. */
export function parseTemplate(text: string): Template {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    const literal = text.slice(at, open === -1 ? undefined : open);
    if (literal.includes('}')) return invalid('expected a "{" before each "}"');
    if (literal !== '') parts.push({ kind: 'literal', text: literal });
    if (open === -1) break;
    const close = text.indexOf('}', open);
    if (close === -1) return invalid('expected a "}" behind each "{"');
    const part = parsePart(text.slice(open + 1, close));
    if ('expected' in part) return part;
    parts.push(part);
    at = close + 1;
  }
  return judgeOrder(parts) ?? { kind: 'template', parts };
}

/** Reads `header:NAME`, `signature#t` or `json:/member`; undefined where it is none of them. */
export function parsePlace(text: string): Place | undefined {
  const header = /^header:([0-9A-Za-z-]+)$/.exec(text)?.[1];
  if (header !== undefined) return { kind: 'header', name: header };
  const tag = /^signature#([A-Za-z0-9_-]+)$/.exec(text)?.[1];
  if (tag !== undefined) return { kind: 'tag', tag };
  // YAML's block scalar (|) ends with a line break, with which a pointer would name a member that nobody sends.
  const pointer = text.startsWith('json:') && !text.endsWith('\n') ? parsePointer(text.slice(5)) : undefined;
  return pointer === undefined ? undefined : { kind: 'member', pointer, ways: undefined };
}

/** `received,compact` → the ways, each once; a sentence where one has no such name. */
export function parseWays(
  texts: readonly string[],
): { readonly ways: readonly Way[] } | { readonly expected: string } {
  const ways: Way[] = [];
  for (const text of texts) {
    const way = parseWay(text);
    if (way === undefined) return { expected: `${JSON.stringify(text)} is no way of writing; ${wayNames}` };
    if (ways.some(({ name }) => name === way.name)) return { expected: `expected ${way.name} once` };
    ways.push(way);
  }
  return ways.length === 0 ? { expected: 'expected at least one way of writing' } : { ways };
}

/** What a way of writing may be called. */
export const wayNames =
  'expected received, compact, sorted or sorted-top (or sorted-utf16, indexes-first), perhaps with modifiers such as +spaced, +ascii, +slashes, +html, +indented2, +newline (docs/schemes.md has all)';

function parsePart(text: string): Part | Extract<Template, { kind: 'invalid' }> {
  if (text === 'url') return { kind: 'url' };
  const [name = '', list, ...more] = text.split('@');
  const ways = list === undefined ? undefined : parseWays(list.split(','));
  if (more.length > 0) return invalid(`expected one "@" in {${text}}`);
  if (ways !== undefined && 'expected' in ways) return invalid(ways.expected);
  if (name === 'body') return { kind: 'body', ways: ways?.ways };
  const place = parsePlace(name);
  if (place === undefined || (ways !== undefined && place.kind !== 'member')) {
    return invalid(
      `{${text}} names nothing; expected {body}, {url}, {header:NAME}, {signature#tag} or {json:/member}`,
    );
  }
  return place.kind === 'member' ? { ...place, ways: ways?.ways } : place;
}

/** Two parts side by side could be cut in two ways: `ab` and `c`, or `a` and `bc`. */
function judgeOrder(parts: readonly Part[]): Extract<Template, { kind: 'invalid' }> | undefined {
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1];
    if (next !== undefined && isVariable(part) && isVariable(next)) {
      return invalid(
        'expected text between two parts, or it could not be told where one ends; a sender that signs them side by side ' +
          'cannot be verified here: let the application do it behind otherPaths: passthrough (docs/schemes.md)',
      );
    }
  }
  if (parts.filter((part) => 'ways' in part && part.ways !== undefined).length > 1) {
    return invalid('expected one part with "@" at most');
  }
  return undefined;
}

/** The registered URL is the same in every delivery, and so as good as text. */
export function isVariable({ kind }: Part): boolean {
  return kind !== 'literal' && kind !== 'url';
}

function invalid(expected: string): Extract<Template, { kind: 'invalid' }> {
  return { kind: 'invalid', expected };
}

/** Whether a part is what stands at this place. */
export function isSamePlace(part: Part, place: Place): boolean {
  if (part.kind === 'header')
    return place.kind === 'header' && part.name.toLowerCase() === place.name.toLowerCase();
  if (part.kind === 'tag') return place.kind === 'tag' && part.tag === place.tag;
  return (
    part.kind === 'member' &&
    place.kind === 'member' &&
    part.pointer.length === place.pointer.length &&
    part.pointer.every((name, index) => name === place.pointer[index])
  );
}
