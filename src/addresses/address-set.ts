import type { Address } from './address.ts';
import type { Range } from './range.ts';
import { itemsPerStep, sortInSteps } from './sort-in-steps.ts';

/** Ranges, compiled once so that a look-up costs a binary search however many there are. */
export interface AddressSet {
  /** Ranges that it was compiled from. */
  readonly size: number;
  /** The part of all addresses of a family that it holds, from 0 to 1, however many ranges that takes. */
  readonly share: { readonly ipv4: number; readonly ipv6: number };
  has(address: Address): boolean;
}

/** Sorts the ranges and merges those that overlap. */
export function compileAddressSet(ranges: readonly Range[]): AddressSet {
  const steps = compileInSteps(ranges);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same with a yield about every millisecond: a list of 100,000 ranges takes a tenth of a second and more. */
export function* compileInSteps(ranges: readonly Range[]): Generator<void, AddressSet> {
  const ipv4 = yield* compileFamily(ranges, 4);
  const ipv6 = yield* compileFamily(ranges, 6);
  return {
    size: ranges.length,
    share: { ipv4: shareOf(ipv4, 1), ipv6: shareOf(ipv6, 4) },
    has: (address) =>
      address.family === 4
        ? holdsIpv4(ipv4.first, ipv4.last, address.word3)
        : holdsIpv6(ipv6.first, ipv6.last, address),
  };
}

/** Disjoint ranges in ascending order; of IPv6 four words an address, side by side. */
interface Table {
  readonly first: Uint32Array;
  readonly last: Uint32Array;
}

function* compileFamily(ranges: readonly Range[], family: 4 | 6): Generator<void, Table> {
  const own: Range[] = [];
  for (const [index, range] of ranges.entries()) {
    if (range.first.family === family) own.push(range);
    if (index % itemsPerStep === 0) yield;
  }
  const sorted = yield* sortInSteps(own, (left, right) => compare(left.first, right.first));
  const merged = yield* merge(sorted);
  const wordsEach = family === 4 ? 1 : 4;
  const first = new Uint32Array(merged.length * wordsEach);
  const last = new Uint32Array(merged.length * wordsEach);
  for (const [index, range] of merged.entries()) {
    write(range.first, first, index * wordsEach);
    write(range.last, last, index * wordsEach);
    if (index % itemsPerStep === 0) yield;
  }
  return { first, last };
}

function* merge(sorted: readonly Range[]): Generator<void, Range[]> {
  const merged: Range[] = [];
  for (const [index, range] of sorted.entries()) {
    const before = merged.at(-1);
    if (before === undefined || compare(before.last, range.first) < 0) merged.push(range);
    else if (compare(before.last, range.last) < 0)
      merged[merged.length - 1] = { ...before, last: range.last };
    if (index % itemsPerStep === 0) yield;
  }
  return merged;
}

/** The ranges of a table are disjoint, so that their sizes add up. */
function shareOf({ first, last }: Table, wordsEach: number): number {
  let share = wordsEach === 1 ? first.length / 2 ** 32 : 0;
  for (let at = 0; at < first.length; at++) {
    share += ((last[at] as number) - (first[at] as number)) / 2 ** (32 * ((at % wordsEach) + 1));
  }
  return share;
}

function write({ family, word0, word1, word2, word3 }: Address, words: Uint32Array, at: number): void {
  if (family === 4) {
    words[at] = word3;
    return;
  }
  words[at] = word0;
  words[at + 1] = word1;
  words[at + 2] = word2;
  words[at + 3] = word3;
}

function compare(left: Address, right: Address): number {
  return (
    left.word0 - right.word0 ||
    left.word1 - right.word1 ||
    left.word2 - right.word2 ||
    left.word3 - right.word3
  );
}

/** Finds the last range that does not begin after the address; no other can hold it. */
function holdsIpv4(first: Uint32Array, last: Uint32Array, word: number): boolean {
  let low = 0;
  let high = first.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((first[middle] as number) <= word) low = middle + 1;
    else high = middle;
  }
  return low > 0 && (last[low - 1] as number) >= word;
}

/** The same on four words each. */
function holdsIpv6(first: Uint32Array, last: Uint32Array, address: Address): boolean {
  let low = 0;
  let high = first.length >>> 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(first, middle, address) <= 0) low = middle + 1;
    else high = middle;
  }
  return low > 0 && compareAt(last, low - 1, address) >= 0;
}

function compareAt(words: Uint32Array, index: number, address: Address): number {
  const start = index * 4;
  return (
    (words[start] as number) - address.word0 ||
    (words[start + 1] as number) - address.word1 ||
    (words[start + 2] as number) - address.word2 ||
    (words[start + 3] as number) - address.word3
  );
}
