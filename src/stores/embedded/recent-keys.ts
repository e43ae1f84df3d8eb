import { recordBytes } from './exchange.ts';

const recordWords = recordBytes / 4;

/**
 * The keys that are durable in the file's log but not yet filed in its table, held in the file thread's memory. A
 * plain hash table over flat memory: a Map of a hundred thousand strings would cost four times as much.
 */
export interface RecentKeys {
  readonly count: number;
  /** Adds records as they lie in the log: 32 bytes of key, 8 of the end of retention. */
  add(records: Uint8Array): void;
  /** The end of the key's retention; the latest record wins. */
  find(key: Uint8Array): number | undefined;
  /** The record at a place, as it lies in memory. */
  keyAt(place: number): Uint8Array;
  endAt(place: number): number;
  /** The first four bytes of the key as a number: the order in which the table is walked. */
  prefixAt(place: number): number;
  /** All places, in the order of their prefixes. */
  inOrder(): Uint32Array;
  /** All records, as they lie in the log. */
  bytes(): Uint8Array;
  /** Forgets all; the memory stays for what comes. */
  clear(): void;
}

/**
 * Records of an empty table, and slots for them; a power of two. After three steps of growing it has room for what
 * gathers while the file is small (twice `smallestRound`, and what comes before a round has caught up).
 */
const first = { records: 320, slots: 1024 };
/** What growing leaves behind waits for a collection, so it grows by much; memory that is not used costs nothing. */
const growth = 4;

/** An empty table. */
export function createRecentKeys(): RecentKeys {
  let count = 0;
  let words = new Uint32Array(first.records * recordWords);
  let bytes = new Uint8Array(words.buffer);
  let ends = new Float64Array(words.buffer);
  /** Place + 1 of the record, by the key's second word; 0 is free. Never more than half full. */
  let slots = new Uint32Array(first.slots);

  const grow = (): void => {
    const old = bytes;
    words = new Uint32Array(words.length * growth);
    bytes = new Uint8Array(words.buffer);
    ends = new Float64Array(words.buffer);
    bytes.set(old);
    slots = new Uint32Array(slots.length * growth);
    for (let place = 0; place < count; place++) slots[slotOf(words, place * recordWords)] = place + 1;
  };

  /** The slot of the key at `from`, or the free one where it belongs. */
  const slotOf = (keys: Uint32Array, from: number): number => {
    const mask = slots.length - 1;
    let slot = (keys[from + 1] as number) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const place = slots[slot] as number;
      if (place === 0) return slot;
      const at = (place - 1) * recordWords;
      let same = 0;
      while (same < 8 && words[at + same] === keys[from + same]) same++;
      if (same === 8) return slot;
    }
  };

  return {
    get count() {
      return count;
    },
    add(records) {
      for (let from = 0; from < records.length; from += recordBytes) {
        if ((count + 1) * recordWords > words.length) grow();
        // Byte by byte: a view of each record would be the thread's only garbage an event.
        for (let at = count * recordBytes, n = 0; n < recordBytes; n++)
          bytes[at + n] = records[from + n] as number;
        const slot = slotOf(words, count * recordWords);
        const place = slots[slot] as number;
        if (place !== 0) {
          ends[(place - 1) * 5 + 4] = ends[count * 5 + 4] as number;
          continue;
        }
        slots[slot] = ++count;
      }
    },
    find(key) {
      const place = slots[slotOf(new Uint32Array(key.buffer, key.byteOffset, 8), 0)] as number;
      return place === 0 ? undefined : ends[(place - 1) * 5 + 4];
    },
    keyAt: (place) => bytes.subarray(place * recordBytes, place * recordBytes + 32),
    endAt: (place) => ends[place * 5 + 4] as number,
    prefixAt: (place) => prefixOf(bytes, place * recordBytes),
    inOrder() {
      // One sort of plain numbers: the prefix in the upper 32 bits, the place in the lower 20.
      const pairs = new Float64Array(count);
      for (let place = 0; place < count; place++) {
        pairs[place] = prefixOf(bytes, place * recordBytes) * 2 ** 20 + place;
      }
      pairs.sort();
      return Uint32Array.from(pairs, (pair) => pair % 2 ** 20);
    },
    bytes: () => bytes.slice(0, count * recordBytes),
    clear() {
      count = 0;
      slots.fill(0);
    },
  };
}

function prefixOf(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) * 2 ** 24 +
    (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
  );
}
