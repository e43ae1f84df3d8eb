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
  // The arrays only grow and are counted by hand: to shorten an array costs V8 a new backing store.
  /** Start and end of every name in the objects that are open, outermost first. */
  readonly #spans: number[] = [];
  #spanCount = 0;
  /** Per open object: index in `#spans` of its first name. */
  readonly #firsts: number[] = [];
  /** Per open object: nothing while its names ascend, then how further names are looked up. */
  readonly #lookups: (undefined | 'one by one' | Set<string>)[] = [];
  #innermost = -1;

  constructor(body: Buffer) {
    this.#body = body;
  }

  openObject(): void {
    this.#innermost++;
    this.#firsts[this.#innermost] = this.#spanCount;
    this.#lookups[this.#innermost] = undefined;
  }

  closeObject(): void {
    this.#spanCount = this.#firsts[this.#innermost] as number;
    this.#innermost--;
  }

  /** Takes the next name of the innermost object, without its quotes; false where that object has it already. */
  add(start: number, end: number, hasEscape: boolean): boolean {
    const spans = this.#spans;
    const first = this.#firsts[this.#innermost] as number;
    const count = this.#spanCount;
    spans[count] = start;
    spans[count + 1] = end;
    this.#spanCount = count + 2;
    if (!hasEscape && this.#lookups[this.#innermost] === undefined) {
      if (count === first) return true;
      const order = compareRanges(
        this.#body,
        spans[count - 2] as number,
        spans[count - 1] as number,
        start,
        end,
      );
      if (order <= 0) return order < 0;
    }
    return this.#addOutOfOrder(first, start, end, hasEscape);
  }

  #addOutOfOrder(first: number, start: number, end: number, hasEscape: boolean): boolean {
    this.sawDisorder = true;
    const lookup = this.#lookups[this.#innermost];
    if (lookup instanceof Set) return addTo(lookup, memberName(this.#body, start, end, hasEscape));
    if (!hasEscape && this.#spanCount - first <= 2 * comparedOneByOne) {
      this.#lookups[this.#innermost] = 'one by one';
      return !this.#repeats(first, start, end);
    }
    const names = new Set<string>();
    // The names so far have no escapes: with the first one that has, the object comes here.
    for (let index = first; index < this.#spanCount - 2; index += 2) {
      names.add(
        memberName(this.#body, this.#spans[index] as number, this.#spans[index + 1] as number, false),
      );
    }
    this.#lookups[this.#innermost] = names;
    return addTo(names, memberName(this.#body, start, end, hasEscape));
  }

  #repeats(first: number, start: number, end: number): boolean {
    const spans = this.#spans;
    for (let index = first; index < this.#spanCount - 2; index += 2) {
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
