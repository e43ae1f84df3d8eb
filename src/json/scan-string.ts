import { hexDigit } from '../values/hex-digit.ts';
import { BACKSLASH, QUOTE, SPACE } from './ascii.ts';
import type { Reading } from './reading.ts';

/** Most strings end within so many bytes, checksums in hexadecimal digits too, and are read sooner one by one. */
const shortBytes = 72;

/**
 * Reads a string whose opening quote is before `start`; returns the position of its closing quote, or -1.
 *
 * Escaped lone surrogates are refused although RFC 8259 allows them: parsers turn them into U+FFFD, or drop them,
 * so two bodies that differ for the checksum would be one for the application.
 */
export function scanString(reading: Reading, start: number): number {
  const { body } = reading;
  const stop = start + shortBytes < body.length ? start + shortBytes : body.length;
  reading.sawEscape = false;
  let at = start;
  while (at < stop) {
    const byte = body[at] as number;
    // Most bytes are lower-case letters: one comparison for them.
    if (byte > BACKSLASH) at++;
    else if (byte === QUOTE) return at;
    else if (byte === BACKSLASH || byte < SPACE) break;
    else at++;
  }
  return scanRest(reading, at);
}

/** The same from within the string on: of one that is long or has escapes. */
function scanRest(reading: Reading, start: number): number {
  const { body } = reading;
  const end = body.length;
  let at = start;
  for (;;) {
    at = skipOrdinary(reading, at);
    while (at < end) {
      const byte = body[at] as number;
      if (byte > BACKSLASH) at++;
      else if (byte === QUOTE) return at;
      else if (byte === BACKSLASH) break;
      else if (byte < SPACE) return reading.fail('an unescaped control character in a string', at);
      else at++;
    }
    if (at >= end) return reading.fail('a string that does not end', end);
    reading.sawEscape = true;
    do {
      at = scanEscape(reading, at);
      if (at < 0) return -1;
    } while (body[at] === BACKSLASH);
  }
}

/**
 * Skips four bytes at a time while none of them is a quote, a backslash or a control character; whatever is left, up
 * to three bytes before one of these or before the end, is for the caller to read.
 *
 * Of a byte below 0x80, subtracting n sets the highest bit where the byte is less than n, and only from such a byte is
 * anything borrowed from the next one. So one subtraction finds the control characters and, since exchanging 0x22 with
 * 0x20 puts it right above them, the quote; the other finds what the backslash's own bits make zero.
 */
function skipOrdinary(reading: Reading, start: number): number {
  const view = reading.view();
  const last = view.byteLength - 4;
  let at = start;
  while (at <= last) {
    const four = view.getInt32(at, true);
    const belowSpaceOrQuote = (four ^ 0x02020202) - 0x21212121;
    const backslash = (four ^ 0x5c5c5c5c) - 0x01010101;
    if (((belowSpaceOrQuote | backslash) & ~four & 0x80808080) !== 0) break;
    at += 4;
  }
  return at;
}

/** Reads the escape whose backslash is at `at`; returns the position after it, or -1. */
function scanEscape(reading: Reading, at: number): number {
  const { body } = reading;
  switch (body[at + 1]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // slash
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 2;
    case 0x75: // u
      return scanUnicodeEscape(reading, at);
    default:
      return reading.fail('an unknown escape in a string', at);
  }
}

function scanUnicodeEscape(reading: Reading, at: number): number {
  const { body } = reading;
  const unit = hex4(body, at + 2);
  if (unit < 0) return reading.fail('an escape without its four hexadecimal digits', at);
  if (unit < 0xd800 || unit > 0xdfff) return at + 6;
  if (unit > 0xdbff || body[at + 6] !== BACKSLASH || body[at + 7] !== 0x75) {
    return reading.fail('half of a surrogate pair', at);
  }
  const low = hex4(body, at + 8);
  if (low < 0xdc00 || low > 0xdfff) return reading.fail('half of a surrogate pair', at);
  return at + 12;
}

/** Value of four hexadecimal digits, or -1. */
function hex4(body: Buffer, at: number): number {
  if (at + 4 > body.length) return -1;
  let value = 0;
  for (let next = at; next < at + 4; next++) {
    const digit = hexDigit(body[next] as number);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
