import type { EventFile } from './event-file.ts';
import { keyBytes } from './exchange.ts';
import type { KeyFilter } from './key-filter.ts';
import { createKeyFilter } from './key-filter.ts';

/** A filter never starts smaller: 96 KiB. */
const smallestCapacity = 65_536;
/** Filed keys read in one step. */
const readPerStep = 256;

/** A filter on its way: the file is read through in steps, while commits go on and are added as they come. */
export interface FilterBuild {
  readonly filter: KeyFilter;
  readonly generation: number;
  /** Keys read from the file so far. */
  readonly read: number;
  /** True when every filed key is in the filter. */
  step(): boolean;
}

/** Twice the room that the file's keys need, so that it lasts until as many again have been delivered. */
export function startFilterBuild(
  file: EventFile,
  generation: number,
  known: number | undefined,
): FilterBuild {
  const expected = known ?? file.guessRows() * 1.4;
  const filter = createKeyFilter(Math.max(smallestCapacity, Math.ceil(expected * 2)));
  let after: Uint8Array = new Uint8Array(0);
  let read = 0;
  return {
    filter,
    generation,
    get read() {
      return read;
    },
    step() {
      const keys = file.keysAfter(after, readPerStep);
      for (let at = 0; at < keys.length; at += keyBytes) filter.add(keys, at);
      read += keys.length / keyBytes;
      if (keys.length > 0) after = keys.subarray(-keyBytes);
      return keys.length < readPerStep * keyBytes;
    },
  };
}
