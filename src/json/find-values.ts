import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
} from './ascii.ts';
import type { Span } from './span.ts';

/** What stands at a pointer of a body that its sender has signed whole. */
export type FoundValue =
  | { readonly kind: 'value'; readonly span: Span }
  /** No such member, or the body is no JSON object at all. */
  | { readonly kind: 'absent' }
  /** A name on the way stands there twice: parsers differ about which one counts. */
  | { readonly kind: 'twice' };

const absent: FoundValue = { kind: 'absent' };

/** `/event/type` → its names; undefined where it is no pointer to a member (RFC 6901). */
export function parsePointer(text: string): readonly string[] | undefined {
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  const names = text
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.some((name) => name === '') ? undefined : names;
}

/**
 * Finds the values at `pointers` in one pass. Reads leniently whatever is not on the way to one of them: a signed body
 * is genuine whatever its form. One that is no JSON object has none of the members.
 */
export function findValues(body: Buffer, pointers: readonly (readonly string[])[]): readonly FoundValue[] {
  if (pointers.length === 0) return [];
  const found: FoundValue[] = pointers.map(() => absent);
  const walk = new Walk(body, pointers, found);
  const start = walk.skipBlank(0);
  if (body[start] !== OPEN_OBJECT) return found;
  const every = pointers.map((_pointer, index) => index);
  const end = walk.object(start, 0, every);
  return end >= 0 && walk.skipBlank(end) === body.length ? found : pointers.map(() => absent);
}

class Walk {
  readonly #body: Buffer;
  readonly #pointers: readonly (readonly string[])[];
  readonly #found: FoundValue[];

  constructor(body: Buffer, pointers: readonly (readonly string[])[], found: FoundValue[]) {
    this.#body = body;
    this.#pointers = pointers;
    this.#found = found;
  }

  skipBlank(at: number): number {
    let next = at;
    while (next < this.#body.length && (this.#body[next] as number) <= SPACE) next++;
    return next;
  }

  /** Walks the object at `start`, `depth` names below the top, for the pointers `wanted`; the position after it or -1. */
  object(start: number, depth: number, wanted: readonly number[]): number {
    const body = this.#body;
    const seen = new Set<string>();
    let at = this.skipBlank(start + 1);
    if (body[at] === CLOSE_OBJECT) return at + 1;
    for (;;) {
      const nameEnd = this.#afterString(at);
      if (nameEnd < 0) return -1;
      const colon = this.skipBlank(nameEnd);
      if (body[colon] !== COLON) return -1;
      at = this.#member(this.#nameAt(at, nameEnd), this.skipBlank(colon + 1), depth, wanted, seen);
      if (at < 0) return -1;
      at = this.skipBlank(at);
      if (body[at] === CLOSE_OBJECT) return at + 1;
      if (body[at] !== COMMA) return -1;
      at = this.skipBlank(at + 1);
    }
  }

  #member(
    name: string | undefined,
    start: number,
    depth: number,
    wanted: readonly number[],
    seen: Set<string>,
  ): number {
    const here = wanted.filter((index) => this.#pointers[index]?.[depth] === name);
    if (name === undefined || here.length === 0) return this.#skip(start);
    if (seen.has(name)) {
      for (const index of here) this.#found[index] = { kind: 'twice' };
      return this.#skip(start);
    }
    seen.add(name);
    const below = here.filter((index) => (this.#pointers[index] as readonly string[]).length > depth + 1);
    const end =
      below.length > 0 && this.#body[start] === OPEN_OBJECT
        ? this.object(start, depth + 1, below)
        : this.#skip(start);
    for (const index of here) {
      if (!below.includes(index) && end >= 0) this.#found[index] = { kind: 'value', span: { start, end } };
    }
    return end;
  }

  /** The name without its escapes; undefined where its escapes are none. */
  #nameAt(start: number, end: number): string | undefined {
    const text = this.#body.toString('utf8', start, end);
    if (!text.includes('\\')) return text.slice(1, -1);
    try {
      return JSON.parse(text) as string;
    } catch {
      return undefined; // it is no name that anybody looks for
    }
  }

  /** The position after the string that begins at `at`, or -1. */
  #afterString(at: number): number {
    const body = this.#body;
    if (body[at] !== QUOTE) return -1;
    for (let next = at + 1; next < body.length; next++) {
      const byte = body[next];
      if (byte === QUOTE) return next + 1;
      if (byte === BACKSLASH) next++;
    }
    return -1;
  }

  /** The position after the value that begins at `at`, or -1; counts brackets, however deep they are. */
  #skip(at: number): number {
    const body = this.#body;
    let depth = 0;
    let next = at;
    while (next < body.length) {
      const byte = body[next] as number;
      if (byte === QUOTE) {
        next = this.#afterString(next);
        if (next < 0) return -1;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        depth++;
        next++;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (depth === 0) return next;
        depth--;
        next++;
      } else {
        if (depth === 0 && (byte === COMMA || byte <= SPACE)) return next === at ? -1 : next;
        next++;
        continue;
      }
      if (depth === 0) return next;
    }
    return -1;
  }
}
