import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  MINUS,
  NINE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
  ZERO,
} from './ascii.ts';
import type { MemberNames } from './member-names.ts';
import type { Reading } from './reading.ts';
import { scanNumber } from './scan-number.ts';
import { scanString } from './scan-string.ts';

/** Objects and arrays inside each other, the body itself included. */
const maxDepth = 64;

/**
 * Reads one value (RFC 8259 section 3) whose first byte is at `start`; returns the position after it, or -1.
 * `outerDepth` objects are open around it. One loop, no recursion: a deep body meets the limit, not the stack.
 */
export function scanValue(reading: Reading, names: MemberNames, start: number, outerDepth: number): number {
  const { body } = reading;
  /** The byte that closes each open object or array. */
  const closers: number[] = [];
  let at = start;
  for (;;) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = scanString(reading, at + 1);
      if (at < 0) return -1;
      at++;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (outerDepth + closers.length >= maxDepth) return reading.fail(`more than ${maxDepth} levels`, at);
      const closer = byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
      at = skip(reading, at + 1);
      if (body[at] === closer) {
        at++;
      } else {
        closers.push(closer);
        if (closer === CLOSE_ARRAY) continue;
        names.openObject();
        at = scanName(reading, names, at);
        if (at < 0) return -1;
        continue;
      }
    } else {
      at = scanScalar(reading, at, byte);
      if (at < 0) return -1;
    }

    // A value ended before `at`: close what ends with it, then go on to the next one.
    for (;;) {
      const depth = closers.length;
      if (depth === 0) return at;
      at = skip(reading, at);
      const closer = closers[depth - 1] as number;
      if (body[at] === COMMA) {
        at = skip(reading, at + 1);
        if (closer === CLOSE_ARRAY) break;
        at = scanName(reading, names, at);
        if (at < 0) return -1;
        break;
      }
      if (body[at] !== closer) {
        return reading.fail(`no comma or closing ${closer === CLOSE_ARRAY ? 'bracket' : 'brace'}`, at);
      }
      closers.pop();
      if (closer === CLOSE_OBJECT) names.closeObject();
      at++;
    }
  }
}

/** Reads `"name":` of the innermost object at `at`; returns where its value begins, or -1. */
function scanName(reading: Reading, names: MemberNames, at: number): number {
  const end = scanMemberName(reading, names, at);
  return end < 0 ? -1 : scanColon(reading, end + 1);
}

/** Reads a quoted name at `at` and checks that it is not repeated; returns the position of its closing quote, or -1. */
export function scanMemberName(reading: Reading, names: MemberNames, at: number): number {
  if (reading.body[at] !== QUOTE) return reading.fail('no quoted name of a member', at);
  const end = scanString(reading, at + 1);
  if (end < 0) return -1;
  return names.add(at + 1, end, reading.sawEscape) ? end : reading.fail('a repeated name in an object', at);
}

/** Reads the colon after a name that ended before `at`; returns where the value begins, or -1. */
export function scanColon(reading: Reading, at: number): number {
  const colon = skip(reading, at);
  if (reading.body[colon] !== COLON) return reading.fail('no colon after the name of a member', colon);
  return skip(reading, colon + 1);
}

function skip(reading: Reading, at: number): number {
  return (reading.body[at] as number) <= SPACE ? reading.skipWhitespace(at) : at;
}

function scanScalar(reading: Reading, at: number, byte: number | undefined): number {
  if (byte === undefined) return reading.fail('the body ends too early', at);
  if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return scanNumber(reading, at);
  const { body } = reading;
  // t, r, u, e
  if (byte === 0x74 && body[at + 1] === 0x72 && body[at + 2] === 0x75 && body[at + 3] === 0x65) return at + 4;
  // n, u, l, l
  if (byte === 0x6e && body[at + 1] === 0x75 && body[at + 2] === 0x6c && body[at + 3] === 0x6c) return at + 4;
  // f, a, l, s, e
  if (
    byte === 0x66 &&
    body[at + 1] === 0x61 &&
    body[at + 2] === 0x6c &&
    body[at + 3] === 0x73 &&
    body[at + 4] === 0x65
  ) {
    return at + 5;
  }
  return reading.fail('something that is no JSON value', at);
}
