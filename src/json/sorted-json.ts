import { afterString } from './after-string.ts';
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './ascii.ts';
import { createMemberOrder } from './member-order.ts';
import { type CompareNames, createOrderByText } from './order-by-text.ts';

/**
 * Writes an accepted compact value with the members of every object in the byte order of their unescaped UTF-8
 * names. JavaScript's default sort is another order: it puts U+10000 before U+FF61.
 */
export function sortedJson(compact: Buffer): Buffer {
  return new JsonSorter(compact, Number.POSITIVE_INFINITY).run();
}

/** The same of the first level only: the values of its members stay as they are. */
export function sortedTopJson(compact: Buffer): Buffer {
  return new JsonSorter(compact, 1).run();
}

/** The same at every level, by the text of the names instead of their bytes. */
export function sortedByText(compact: Buffer, compare: CompareNames): Buffer {
  return new JsonSorter(compact, Number.POSITIVE_INFINITY, (bytes) =>
    createOrderByText(bytes, compare),
  ).run();
}

/**
 * Sorts from the inside out, in place: the members of an object, which stand side by side between commas, take the
 * same room in any order. The scanner has bounded how deep this recurses.
 */
class JsonSorter {
  readonly #bytes: Buffer;
  readonly #scratch: Buffer;
  readonly #orderOf: ReturnType<typeof createMemberOrder>;
  /** Objects this deep are sorted. */
  readonly #levels: number;
  #depth = 0;

  constructor(compact: Buffer, levels: number, orderOf: typeof createMemberOrder = createMemberOrder) {
    this.#bytes = Buffer.from(compact);
    this.#levels = levels;
    this.#scratch = Buffer.allocUnsafe(compact.length);
    this.#orderOf = orderOf(this.#bytes);
  }

  run(): Buffer {
    this.#value(0);
    return this.#bytes;
  }

  /** Sorts the value at `at`; returns the position after it. */
  #value(at: number): number {
    switch (this.#bytes[at]) {
      case OPEN_OBJECT:
      case OPEN_ARRAY: {
        this.#depth++;
        const end = this.#bytes[at] === OPEN_OBJECT ? this.#object(at) : this.#array(at);
        this.#depth--;
        return end;
      }
      case QUOTE:
        return afterString(this.#bytes, at);
      default:
        return this.#afterScalar(at);
    }
  }

  #afterScalar(at: number): number {
    const bytes = this.#bytes;
    let next = at + 1;
    while (next < bytes.length) {
      const byte = bytes[next];
      if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) break;
      next++;
    }
    return next;
  }

  #array(start: number): number {
    const bytes = this.#bytes;
    let at = start + 1;
    if (bytes[at] === CLOSE_ARRAY) return at + 1;
    for (;;) {
      at = this.#value(at);
      if (bytes[at] !== COMMA) return at + 1;
      at++;
    }
  }

  #object(start: number): number {
    const bytes = this.#bytes;
    let at = start + 1;
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    const starts: number[] = [];
    const nameEnds: number[] = [];
    for (;;) {
      starts.push(at);
      at = afterString(bytes, at);
      nameEnds.push(at - 1);
      at = this.#value(at + 1); // after the colon
      if (bytes[at] !== COMMA) break;
      at++;
    }
    const order = this.#depth <= this.#levels ? this.#orderOf(starts, nameEnds) : undefined;
    if (order !== undefined) this.#arrange(starts, at, order);
    return at + 1;
  }

  /** Puts the members that begin at `starts`, the last one ending before `end`, in `order`. */
  #arrange(starts: readonly number[], end: number, order: readonly number[]): void {
    const bytes = this.#bytes;
    const scratch = this.#scratch;
    const first = starts[0] as number;
    copy(bytes, first, end, scratch, first);
    let at = first;
    for (let place = 0; place < order.length; place++) {
      if (place > 0) bytes[at++] = COMMA;
      const index = order[place] as number;
      const memberStart = starts[index] as number;
      const memberEnd = index + 1 < starts.length ? (starts[index + 1] as number) - 1 : end;
      copy(scratch, memberStart, memberEnd, bytes, at);
      at += memberEnd - memberStart;
    }
  }
}

/** Members are mostly short, for which a loop is quicker than a call into native code. */
function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): void {
  if (end - start > 64) {
    from.copy(to, at, start, end);
    return;
  }
  for (let offset = 0; start + offset < end; offset++) to[at + offset] = from[start + offset] as number;
}
