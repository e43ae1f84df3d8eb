import { stringText } from './unescape.ts';

/** Orders of members that look at names as texts of JavaScript, UTF-16 unit by unit; they stand beside `createMemberOrder`. */
export type CompareNames = (one: string, other: string) => number;

/** JavaScript's own sort, Java's TreeMap, .NET's ordinal order. */
export const byUtf16: CompareNames = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/** An object of JavaScript: names that are indexes before the others, by their number (ECMA-262, OrdinaryOwnPropertyKeys). */
export const indexesFirst: CompareNames = (one, other) => {
  const [first, second] = [indexOf(one), indexOf(other)];
  if (first !== undefined && second !== undefined) return first - second;
  return first !== undefined ? -1 : second !== undefined ? 1 : 0;
};

/** As `createMemberOrder`: indices of the members in order, or undefined where they are. */
export function createOrderByText(bytes: Buffer, compare: CompareNames) {
  return (starts: readonly number[], nameEnds: readonly number[]): number[] | undefined => {
    const names = starts.map((start, index) => stringText(bytes, start + 1, nameEnds[index] as number, true));
    const order = names.map((_, index) => index);
    order.sort((left, right) => compare(names[left] as string, names[right] as string));
    return order.every((index, place) => index === place) ? undefined : order;
  };
}

function indexOf(name: string): number | undefined {
  return /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1 ? Number(name) : undefined;
}
