/**
 * The room `json` reads and writes JSON as bytes and knows no sender: a strict scan, the spans of members, and the
 * ways of writing a value. Numbers and strings stay as they were written; nothing is rebuilt from an object.
 */

/** Bytes `start` up to, not including, `end` of a body. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A value in a body that was scanned. */
export interface ValueSpan extends Span {
  /** No insignificant whitespace in it. */
  readonly isCompact: boolean;
  /** The members of every object in it are known to be in order; false also where that was not decided. */
  readonly isSorted: boolean;
  /** Of a string: whether an escape is in it. */
  readonly hasEscape: boolean;
}
