import { BriefMap } from './brief-map.ts';

/** What a `Set` is to a `Map`. */
export class BriefSet<Value> {
  #values = new BriefMap<Value, true>();

  get size(): number {
    return this.#values.size;
  }

  add(value: Value): void {
    this.#values.set(value, true);
  }

  /** Gives whether it was there. */
  delete(value: Value): boolean {
    return this.#values.delete(value);
  }

  [Symbol.iterator](): IterableIterator<Value> {
    return this.#values.keys();
  }
}

/** For those who only look. */
export type ReadonlyBriefSet<Value> = Omit<BriefSet<Value>, 'add' | 'delete'>;
