import type { Address } from './address.ts';
import type { Range } from './range.ts';

/** Ranges, compiled once so that a look-up costs a binary search however many there are. */
export interface AddressSet {
  /** Ranges that it was compiled from. */
  readonly size: number;
  has(address: Address): boolean;
}

/** Sorts the ranges and merges those that overlap. */
export function compileAddressSet(ranges: readonly Range[]): AddressSet {
  const ipv4 = merge(ranges.filter(({ first }) => first.family === 4));
  const ipv6 = merge(ranges.filter(({ first }) => first.family === 6));
  const ipv4First = Uint32Array.from(ipv4, ({ first }) => first.word3);
  const ipv4Last = Uint32Array.from(ipv4, ({ last }) => last.word3);
  const ipv6First = wordsOf(ipv6.map(({ first }) => first));
  const ipv6Last = wordsOf(ipv6.map(({ last }) => last));

  return {
    size: ranges.length,
    has: (address) =>
      address.family === 4
        ? holdsIpv4(ipv4First, ipv4Last, address.word3)
        : holdsIpv6(ipv6First, ipv6Last, address),
  };
}

/** The ranges of one family as disjoint ones in ascending order. */
function merge(ranges: Range[]): Range[] {
  ranges.sort((left, right) => compare(left.first, right.first));
  const merged: Range[] = [];
  for (const range of ranges) {
    const before = merged.at(-1);
    if (before === undefined || compare(before.last, range.first) < 0) merged.push(range);
    else if (compare(before.last, range.last) < 0)
      merged[merged.length - 1] = { ...before, last: range.last };
  }
  return merged;
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

/** Four words an address, side by side. */
function wordsOf(addresses: readonly Address[]): Uint32Array {
  const words = new Uint32Array(addresses.length * 4);
  addresses.forEach(({ word0, word1, word2, word3 }, index) => {
    words.set([word0, word1, word2, word3], index * 4);
  });
  return words;
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
