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
  const ipv4 = compileFamily(ranges.filter(({ first }) => first.family === 4));
  const ipv6 = compileFamily(ranges.filter(({ first }) => first.family === 6));
  return {
    size: ranges.length,
    has: (address) => holds(address.family === 4 ? ipv4 : ipv6, address),
  };
}

/** Disjoint ranges in ascending order, one column for each word, so that a search walks plain memory. */
interface Columns {
  readonly count: number;
  readonly first: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  readonly last: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
}

function compileFamily(ranges: Range[]): Columns {
  ranges.sort((left, right) => compare(left.first, right.first));
  const merged: { first: Address; last: Address }[] = [];
  for (const { first, last } of ranges) {
    const before = merged.at(-1);
    if (before === undefined || compare(before.last, first) < 0) merged.push({ first, last });
    else if (compare(before.last, last) < 0) before.last = last;
  }
  return {
    count: merged.length,
    first: columnsOf(merged.map(({ first }) => first)),
    last: columnsOf(merged.map(({ last }) => last)),
  };
}

function columnsOf(addresses: readonly Address[]): Columns['first'] {
  return [
    Uint32Array.from(addresses, ({ word0 }) => word0),
    Uint32Array.from(addresses, ({ word1 }) => word1),
    Uint32Array.from(addresses, ({ word2 }) => word2),
    Uint32Array.from(addresses, ({ word3 }) => word3),
  ];
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
function holds({ count, first, last }: Columns, address: Address): boolean {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(first, middle, address) <= 0) low = middle + 1;
    else high = middle;
  }
  return low > 0 && compareAt(last, low - 1, address) >= 0;
}

function compareAt(columns: Columns['first'], index: number, address: Address): number {
  return (
    (columns[0][index] as number) - address.word0 ||
    (columns[1][index] as number) - address.word1 ||
    (columns[2][index] as number) - address.word2 ||
    (columns[3][index] as number) - address.word3
  );
}
