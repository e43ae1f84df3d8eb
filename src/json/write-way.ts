import { afterString } from './after-string.ts';
import { COLON, COMMA, QUOTE, SPACE } from './ascii.ts';
import type { StringManner } from './way.ts';

/**
 * Writes a scanned value with other blanks and other escapes. `json` is compact where `spaced` is asked for; without
 * it, white space stays. Takes time in proportion to what it writes, at most six times what it reads.
 */
export function restyled(json: Buffer, spaced: boolean, strings: StringManner | undefined): Buffer {
  const pieces: Buffer[] = [];
  /** Bytes from here on are taken as they are. */
  let from = 0;
  let at = 0;
  while (at < json.length) {
    const byte = json[at] as number;
    if (byte === QUOTE) {
      const after = afterString(json, at);
      if (strings !== undefined && isRewritten(json, at + 1, after - 1, strings)) {
        pieces.push(json.subarray(from, at), Buffer.from(writeString(textOf(json, at, after), strings)));
        from = after;
      }
      at = after;
    } else {
      at++;
      if (!spaced || (byte !== COMMA && byte !== COLON)) continue;
      pieces.push(json.subarray(from, at), blank);
      from = at;
    }
  }
  if (from === 0) return json;
  pieces.push(json.subarray(from));
  return Buffer.concat(pieces);
}

const blank = Buffer.of(SPACE);

/** False for strings that every manner writes as they are; most of them. */
function isRewritten(json: Buffer, start: number, end: number, { slashes, html }: StringManner): boolean {
  for (let at = start; at < end; at++) {
    const byte = json[at] as number;
    if (byte === 0x5c || byte >= 0x7f) return true;
    if (slashes && byte === 0x2f) return true;
    if (html && (byte === 0x3c || byte === 0x3e || byte === 0x26)) return true;
  }
  return false;
}

function textOf(json: Buffer, start: number, end: number): string {
  return JSON.parse(json.toString('utf8', start, end)) as string;
}

/** One string with its quotes. JSON.stringify escapes what must be escaped, and nothing else but lone surrogates. */
function writeString(text: string, { ascii, slashes, html, upper }: StringManner): string {
  let json = JSON.stringify(text);
  if (slashes) json = json.replaceAll('/', '\\/');
  const asHex = (character: string): string => {
    const digits = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${upper ? digits.toUpperCase() : digits}`;
  };
  if (upper) json = json.replace(/(?<!\\)(?:\\\\)*\\u[0-9a-f]{4}/g, upperDigits);
  if (html) json = json.replace(/[<>&\u2028\u2029]/g, asHex);
  if (ascii) json = json.replace(/[\u007f-\uffff]/g, asHex);
  return json;
}

function upperDigits(match: string): string {
  return match.slice(0, -4) + match.slice(-4).toUpperCase();
}
