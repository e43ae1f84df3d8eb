import type { EventFile } from './event-file.ts';
import { keyBytes } from './shared-memory.ts';

/** Rows looked at in one step: a record waits for one step at most. */
const rowsPerStep = 256;

/** One walk through all rows, in the order of their keys: counts them, finds damaged ones, removes those that are over. */
export interface RowWalk {
  /** A step; true when the walk is over. `mayRemove` is false while the clocks do not agree. */
  step(timeMs: number, mayRemove: boolean): boolean;
  /** Whether a row with this key would have been met already. */
  isBehind(key: Uint8Array): boolean;
  /** Rows met and left in the file. */
  readonly rows: number;
  readonly removed: number;
  /** Rows that are not as they were written: what they stood for is forgotten, or is never over. */
  readonly damaged: number;
}

export function startWalk(file: EventFile): RowWalk {
  let after: Uint8Array = new Uint8Array(0);
  let rows = 0;
  let removed = 0;
  let damaged = 0;

  return {
    step(timeMs, mayRemove) {
      const found = file.rowsAfter(after, rowsPerStep);
      const before = after;
      const over: Uint8Array[] = [];
      for (const { key, endsAt, isWhole } of found) {
        if (!isWhole || Buffer.compare(key, after) <= 0) damaged++;
        // A damaged key says nothing of where the walk is.
        else after = key;
        const isOver = isWhole && endsAt <= timeMs;
        if (isOver && (mayRemove || key.length !== keyBytes)) over.push(key);
      }
      if (over.length > 0) file.remove(over);
      removed += over.length;
      rows += found.length - over.length;
      if (after === before && found.length > 0) after = found.at(-1)?.key as Uint8Array;
      return found.length < rowsPerStep || Buffer.compare(after, before) <= 0;
    },
    isBehind: (key) => Buffer.compare(key, after) <= 0,
    get rows() {
      return rows;
    },
    get removed() {
      return removed;
    },
    get damaged() {
      return damaged;
    },
  };
}
