import { hexDigit } from '../values/hex-digit.ts';
import { BACKSLASH } from './ascii.ts';

/** Up to this many bytes of ASCII are read here; V8's own ways cost more than such a string has bytes. */
const shortBytes = 48;
/** From this many bytes on, one call into native code is quicker than adding up characters, and leaves less behind. */
const copiedBytes = 10;

/**
 * Text of a string that the scanner has accepted; `start` and `end` are the positions inside its quotes. JSON.parse
 * sees nothing but this one string, so nothing is lost: lone surrogates were refused before.
 */
export function stringText(body: Buffer, start: number, end: number, hasEscape: boolean): string {
  const short = end - start <= shortBytes ? asciiText(body, start, end, hasEscape) : undefined;
  if (short !== undefined) return short;
  return hasEscape
    ? (JSON.parse(body.toString('utf8', start - 1, end + 1)) as string)
    : body.toString('utf8', start, end);
}

/** A member's name, unescaped, behind a quote: equal for equal names, and never hashed as an integer. */
export function memberName(body: Buffer, start: number, end: number, hasEscape: boolean): string {
  return `"${stringText(body, start, end, hasEscape)}`;
}

/** Undefined where a byte is not ASCII. */
function asciiText(body: Buffer, start: number, end: number, hasEscape: boolean): string | undefined {
  if (!hasEscape && end - start >= copiedBytes) {
    return isAscii(body, start, end) ? body.toString('latin1', start, end) : undefined;
  }
  let text = '';
  for (let at = start; at < end; at++) {
    let code = body[at] as number;
    if (code > 0x7f) return undefined;
    if (code === BACKSLASH) {
      at++;
      code = body[at] as number;
      if (code === 0x75) {
        code = 0;
        for (const last = at + 4; at < last; ) code = code * 16 + hexDigit(body[++at] as number);
      } else {
        code = escaped(code);
      }
    }
    text += String.fromCharCode(code);
  }
  return text;
}

function isAscii(body: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((body[at] as number) > 0x7f) return false;
  return true;
}

/** What a letter behind a backslash stands for (RFC 8259 section 7). */
function escaped(letter: number): number {
  switch (letter) {
    case 0x62: // b
      return 0x08;
    case 0x66: // f
      return 0x0c;
    case 0x6e: // n
      return 0x0a;
    case 0x72: // r
      return 0x0d;
    case 0x74: // t
      return 0x09;
    default: // quote, backslash, slash
      return letter;
  }
}
