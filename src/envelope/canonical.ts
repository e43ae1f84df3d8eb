import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
} from './ascii.ts';
import { compareRanges } from './compare-ranges.ts';
import type { Span } from './envelope.ts';
import { stringText } from './unescape.ts';

/** Writes an accepted value without insignificant whitespace; strings and numbers stay as they are written. */
export function compactJson(body: Buffer, { start, end }: Span): Buffer {
  const out = Buffer.allocUnsafe(end - start);
  let length = 0;
  let at = start;
  while (at < end) {
    const byte = body[at] as number;
    if (byte === QUOTE) {
      const after = afterString(body, at);
      while (at < after) out[length++] = body[at++] as number;
    } else {
      if (byte > SPACE) out[length++] = byte;
      at++;
    }
  }
  return out.subarray(0, length);
}

/**
 * Writes an accepted compact value with the members of every object in the byte order of their unescaped UTF-8
 * names. JavaScript's default sort is another order: it puts U+10000 before U+FF61.
 */
export function sortedJson(compact: Buffer): Buffer {
  const sorted = Buffer.from(compact);
  sortValue(sorted, 0);
  return sorted;
}

/** Position after the string whose opening quote is at `at`. */
function afterString(bytes: Buffer, at: number): number {
  let next = at + 1;
  while (bytes[next] !== QUOTE) next += bytes[next] === BACKSLASH ? 2 : 1;
  return next + 1;
}

/** Sorts the value at `at` in place; returns the position after it. The scanner has bounded the recursion's depth. */
function sortValue(bytes: Buffer, at: number): number {
  switch (bytes[at]) {
    case OPEN_OBJECT:
      return sortObject(bytes, at);
    case OPEN_ARRAY:
      return sortArray(bytes, at);
    case QUOTE:
      return afterString(bytes, at);
    default:
      return afterScalar(bytes, at);
  }
}

function afterScalar(bytes: Buffer, at: number): number {
  let next = at + 1;
  while (next < bytes.length) {
    const byte = bytes[next];
    if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) break;
    next++;
  }
  return next;
}

function sortArray(bytes: Buffer, start: number): number {
  let at = start + 1;
  if (bytes[at] === CLOSE_ARRAY) return at + 1;
  for (;;) {
    at = sortValue(bytes, at);
    if (bytes[at] !== COMMA) return at + 1;
    at++;
  }
}

/** Start, end of the name and end of the value of each member of one object. */
interface Members {
  readonly starts: number[];
  readonly nameEnds: number[];
  readonly ends: number[];
}

function sortObject(bytes: Buffer, start: number): number {
  const members: Members = { starts: [], nameEnds: [], ends: [] };
  let at = start + 1;
  if (bytes[at] === CLOSE_OBJECT) return at + 1;
  for (;;) {
    members.starts.push(at);
    at = afterString(bytes, at);
    members.nameEnds.push(at - 1);
    at = sortValue(bytes, at + 1); // after the colon
    members.ends.push(at);
    if (bytes[at] !== COMMA) break;
    at++;
  }
  arrange(bytes, members);
  return at + 1;
}

/** Puts the members, which stand side by side between commas, in order; together they take the same room. */
function arrange(bytes: Buffer, members: Members): void {
  const order = orderOf(bytes, members);
  if (order === undefined) return;
  const { starts, ends } = members;
  const first = starts[0] as number;
  const before = Buffer.from(bytes.subarray(first, ends.at(-1)));
  let at = first;
  for (const [place, index] of order.entries()) {
    if (place > 0) bytes[at++] = COMMA;
    at += before.copy(bytes, at, (starts[index] as number) - first, (ends[index] as number) - first);
  }
}

/** Indices of the members in order; undefined where they are in order. */
function orderOf(bytes: Buffer, members: Members): number[] | undefined {
  const compare = comparison(bytes, members);
  const { length } = members.starts;
  for (let index = 1; index < length; index++) {
    if (compare(index - 1, index) > 0) return Array.from(members.starts.keys()).sort(compare);
  }
  return undefined;
}

function comparison(bytes: Buffer, { starts, nameEnds }: Members): (left: number, right: number) => number {
  const hasEscape = starts.some((start, index) => holds(bytes, BACKSLASH, start, nameEnds[index] as number));
  if (!hasEscape) {
    return (left, right) =>
      compareRanges(
        bytes,
        (starts[left] as number) + 1,
        nameEnds[left] as number,
        (starts[right] as number) + 1,
        nameEnds[right] as number,
      );
  }
  const names = starts.map((start, index) => {
    const end = nameEnds[index] as number;
    return Buffer.from(stringText(bytes, start + 1, end, true), 'utf8');
  });
  return (left, right) => Buffer.compare(names[left] as Buffer, names[right] as Buffer);
}

function holds(bytes: Buffer, wanted: number, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === wanted) return true;
  return false;
}
