/**
 * A map of what is here briefly, and in great numbers one after the other: claims, attempts, connections.
 *
 * V8 replaces the table behind a `Map` each time that a few entries have come and gone, and each table that it leaves points
 * to the next, for iterators that are under way. Once one of them has grown old, for which a quiet minute is enough, it
 * keeps all that come after it, and what stands in them, until the next full collection, although nobody can reach them
 * any more. A map made anew after as many removals as it has entries breaks that chain: what was removed is collected with
 * the other new objects. See docs/performance/trials.md.
 *
 * It iterates as a `Map` does, but for entries that come or go while an iteration is under way: those may be missed, or
 * still be seen.
 */
export class BriefMap<Key, Value> {
  #map = new Map<Key, Value>();
  #removed = 0;

  get size(): number {
    return this.#map.size;
  }

  has(key: Key): boolean {
    return this.#map.has(key);
  }

  get(key: Key): Value | undefined {
    return this.#map.get(key);
  }

  set(key: Key, value: Value): void {
    this.#map.set(key, value);
  }

  /** Gives whether it was there. */
  delete(key: Key): boolean {
    if (!this.#map.delete(key)) return false;
    this.#removed += 1;
    if (this.#removed > this.#map.size + fewestRemoved) {
      this.#map = new Map(this.#map);
      this.#removed = 0;
    }
    return true;
  }

  keys(): IterableIterator<Key> {
    return this.#map.keys();
  }

  values(): IterableIterator<Value> {
    return this.#map.values();
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.#map[Symbol.iterator]();
  }
}

/** For those who only look. */
export type ReadonlyBriefMap<Key, Value> = Omit<BriefMap<Key, Value>, 'set' | 'delete'>;

/** So that a small map is not made anew for every second removal. */
const fewestRemoved = 16;
