import { BACKSLASH } from './ascii.ts';
import { compareRanges } from './compare-ranges.ts';
import { stringText } from './unescape.ts';
import { utf8AsLatin1 } from './utf8-as-latin1.ts';

/** Up to this many members are sorted by insertion. */
const fewMembers = 24;

type MemberOrder = (starts: readonly number[], nameEnds: readonly number[]) => number[] | undefined;

/**
 * Finds the byte order of unescaped names: indices of an object's members in order, or undefined where they are in
 * order already. `starts` are the positions of the opening quotes of the names, `nameEnds` of the closing ones.
 */
export function createMemberOrder(bytes: Buffer): MemberOrder {
  return (starts, nameEnds) => {
    if (someEscape(bytes, starts, nameEnds)) return orderUnescaped(bytes, starts, nameEnds);
    const compare = (left: number, right: number): number =>
      compareRanges(
        bytes,
        starts[left] as number,
        nameEnds[left] as number,
        starts[right] as number,
        nameEnds[right] as number,
      );
    return orderBy(starts.length, compare);
  };
}

function someEscape(bytes: Buffer, starts: readonly number[], nameEnds: readonly number[]): boolean {
  for (let index = 0; index < starts.length; index++) {
    const end = nameEnds[index] as number;
    for (let at = starts[index] as number; at < end; at++) if (bytes[at] === BACKSLASH) return true;
  }
  return false;
}

function orderUnescaped(
  bytes: Buffer,
  starts: readonly number[],
  nameEnds: readonly number[],
): number[] | undefined {
  // Comparing such text is comparing the bytes, and much quicker than Buffer.compare.
  const names = starts.map((start, index) =>
    utf8AsLatin1(stringText(bytes, start + 1, nameEnds[index] as number, true)),
  );
  return orderBy(starts.length, (left, right) => {
    const one = names[left] as string;
    const other = names[right] as string;
    return one < other ? -1 : one > other ? 1 : 0;
  });
}

function orderBy(count: number, compare: (left: number, right: number) => number): number[] | undefined {
  let inOrder = 1;
  while (inOrder < count && compare(inOrder - 1, inOrder) <= 0) inOrder++;
  if (inOrder >= count) return undefined;
  const order = Array.from({ length: count }, (_, index) => index);
  if (count > fewMembers) return order.sort(compare);
  for (let place = inOrder; place < count; place++) {
    const index = order[place] as number;
    let at = place;
    while (at > 0 && compare(order[at - 1] as number, index) > 0) {
      order[at] = order[at - 1] as number;
      at--;
    }
    order[at] = index;
  }
  return order;
}
