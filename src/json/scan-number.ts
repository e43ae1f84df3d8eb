import { MINUS, NINE, PLUS, POINT, ZERO } from './ascii.ts';
import type { Reading } from './reading.ts';

/** Reads a number (RFC 8259 section 6) at `at`; returns the position after it, or -1. Its value is never formed. */
export function scanNumber(reading: Reading, at: number): number {
  const { body } = reading;
  let next = body[at] === MINUS ? at + 1 : at;
  if (body[next] === ZERO) {
    next++;
    if (isDigit(body[next])) return reading.fail('a number with a leading zero', at);
  } else {
    next = scanDigits(reading, next);
    if (next < 0) return -1;
  }
  if (body[next] === POINT) {
    next = scanDigits(reading, next + 1);
    if (next < 0) return -1;
  }
  const exponent = body[next];
  if (exponent === 0x65 || exponent === 0x45) {
    const sign = body[next + 1];
    next = scanDigits(reading, sign === PLUS || sign === MINUS ? next + 2 : next + 1);
  }
  return next;
}

function scanDigits(reading: Reading, at: number): number {
  const { body } = reading;
  if (!isDigit(body[at])) return reading.fail('a number that lacks a digit', at);
  let next = at + 1;
  while (isDigit(body[next])) next++;
  return next;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
