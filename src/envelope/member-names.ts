import { compareRanges } from './compare-ranges.ts';
import { memberName } from './unescape.ts';

/** Up to this many members are compared one by one; more go through a Set, whose cost does not grow with them. */
const comparedOneByOne = 16;

/**
 * Finds repeated names, which parsers resolve differently (first wins, last wins, error), and tells whether all
 * objects were in order.
 *
 * A name above the one before it cannot repeat an earlier one: the usual sender's sorted objects need no lookup.
 * V8 seeds the hashes of strings, and a name goes into the Set with its opening quote, so that it is never hashed
 * as an integer: chosen names cannot be made to collide.
 */
export class MemberNames {
  /** Whether an object with names out of order was seen, or one with escapes, where that was not decided. */
  sawDisorder = false;
  readonly #body: Buffer;
  /** Start and end of every name in the objects that are open, outermost first. */
  readonly #spans: number[] = [];
  /** Per open object: index in `#spans` of its first name. */
  readonly #firsts: number[] = [];
  /** Per open object: nothing while its names ascend, then how further names are looked up. */
  readonly #lookups: (undefined | 'one by one' | Set<string>)[] = [];

  constructor(body: Buffer) {
    this.#body = body;
  }

  openObject(): void {
    this.#firsts.push(this.#spans.length);
    this.#lookups.push(undefined);
  }

  closeObject(): void {
    this.#spans.length = this.#firsts.pop() as number;
    this.#lookups.pop();
  }

  /** Takes the next name of the innermost object, without its quotes; false where that object has it already. */
  add(start: number, end: number, hasEscape: boolean): boolean {
    const spans = this.#spans;
    const innermost = this.#firsts.length - 1;
    const first = this.#firsts[innermost] as number;
    const count = spans.length;
    const lookup = this.#lookups[innermost];
    if (lookup === undefined && !hasEscape) {
      const ascends =
        count === first ||
        compareRanges(this.#body, spans[count - 2] as number, spans[count - 1] as number, start, end) < 0;
      spans.push(start, end);
      return ascends || this.#addOutOfOrder(innermost, first, start, end, false);
    }
    spans.push(start, end);
    return this.#addOutOfOrder(innermost, first, start, end, hasEscape);
  }

  #addOutOfOrder(innermost: number, first: number, start: number, end: number, hasEscape: boolean): boolean {
    this.sawDisorder = true;
    const lookup = this.#lookups[innermost];
    if (lookup instanceof Set) return addTo(lookup, memberName(this.#body, start, end, hasEscape));
    if (hasEscape || this.#spans.length - first > 2 * comparedOneByOne) {
      const names = new Set<string>();
      // The names so far have no escapes: with the first one that has, the object comes here.
      for (let index = first; index < this.#spans.length - 2; index += 2) {
        names.add(
          memberName(this.#body, this.#spans[index] as number, this.#spans[index + 1] as number, false),
        );
      }
      this.#lookups[innermost] = names;
      return addTo(names, memberName(this.#body, start, end, hasEscape));
    }
    this.#lookups[innermost] = 'one by one';
    return !this.#repeats(first, start, end);
  }

  #repeats(first: number, start: number, end: number): boolean {
    const spans = this.#spans;
    for (let index = first; index < spans.length - 2; index += 2) {
      const otherStart = spans[index] as number;
      const otherEnd = spans[index + 1] as number;
      if (otherEnd - otherStart !== end - start) continue;
      if (compareRanges(this.#body, otherStart, otherEnd, start, end) === 0) return true;
    }
    return false;
  }
}

function addTo(names: Set<string>, name: string): boolean {
  const before = names.size;
  return names.add(name).size !== before;
}
