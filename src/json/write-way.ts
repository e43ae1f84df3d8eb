import { afterString } from './after-string.ts';
import { COLON, COMMA, LINE_FEED, QUOTE, SPACE } from './ascii.ts';
import { indentedJson } from './indented-json.ts';
import { byUtf16, indexesFirst } from './order-by-text.ts';
import { sortedByText, sortedJson, sortedTopJson } from './sorted-json.ts';
import type { StringManner, Way } from './way.ts';

/**
 * Writes a value in one way: `received` as it came, `compact` the same without blanks. What only `plain` would do is
 * returned as it is, without a copy.
 */
export function writeInWay(received: Buffer, compact: Buffer, way: Way): Buffer {
  const { indent, newline = false, spaced, strings } = way;
  const isLaidOut = spaced || indent !== undefined;
  const ordered = way.order === 'received' && !isLaidOut ? received : inOrder(compact, way.order);
  const blanks = spaced ? withBlanks(ordered) : ordered;
  const styled = strings === undefined ? blanks : restyled(blanks, strings);
  const lines = indent === undefined ? styled : indentedJson(styled, indent);
  return newline ? Buffer.concat([lines, lineBreak]) : lines;
}

const lineBreak = Buffer.of(LINE_FEED);

function inOrder(compact: Buffer, order: Way['order']): Buffer {
  switch (order) {
    case 'sorted':
      return sortedJson(compact);
    case 'sorted-top':
      return sortedTopJson(compact);
    case 'sorted-utf16':
      return sortedByText(compact, byUtf16);
    case 'indexes-first':
      return sortedByText(compact, indexesFirst);
    default:
      return compact;
  }
}

/** A compact value with a blank behind each comma and colon. At most twice as long, and made in one piece. */
function withBlanks(json: Buffer): Buffer {
  const spaced = Buffer.allocUnsafe(2 * json.length);
  let length = 0;
  for (let at = 0; at < json.length; ) {
    const byte = json[at] as number;
    const end = byte === QUOTE ? afterString(json, at) : at + 1;
    while (at < end) spaced[length++] = json[at++] as number;
    if (byte === COMMA || byte === COLON) spaced[length++] = SPACE;
  }
  return spaced.subarray(0, length);
}

/**
 * Writes a scanned value with other escapes; white space stays. Takes time in proportion to what it writes, at most six
 * times what it reads.
 */
function restyled(json: Buffer, strings: StringManner): Buffer {
  const pieces: Buffer[] = [];
  /** Bytes from here on are taken as they are. */
  let from = 0;
  let at = 0;
  while (at < json.length) {
    if (json[at] !== QUOTE) {
      at++;
      continue;
    }
    const after = afterString(json, at);
    if (isRewritten(json, at + 1, after - 1, strings)) {
      pieces.push(json.subarray(from, at), Buffer.from(writeString(textOf(json, at, after), strings)));
      from = after;
    }
    at = after;
  }
  if (from === 0) return json;
  pieces.push(json.subarray(from));
  return Buffer.concat(pieces);
}

/** False for strings that every manner writes as they are; most of them. */
function isRewritten(json: Buffer, start: number, end: number, manner: StringManner): boolean {
  const { slashes, html, marks = '' } = manner;
  for (let at = start; at < end; at++) {
    const byte = json[at] as number;
    if (byte === 0x5c || byte >= 0x7f) return true;
    if (slashes && byte === 0x2f) return true;
    if (html && (byte === 0x3c || byte === 0x3e || byte === 0x26)) return true;
    if (marks !== '' && marks.includes(String.fromCharCode(byte))) return true;
  }
  return false;
}

function textOf(json: Buffer, start: number, end: number): string {
  return JSON.parse(json.toString('utf8', start, end)) as string;
}

/** One string with its quotes. JSON.stringify escapes what must be escaped, and nothing else but lone surrogates. */
function writeString(text: string, manner: StringManner): string {
  const { ascii, slashes, html, upper, nonAscii = false, separators = false } = manner;
  const { marks = '', upperMarks = false } = manner;
  const asHex = (character: string): string => hexOf(character, upper);
  let json = JSON.stringify(text);
  if (slashes) json = json.replaceAll('/', '\\/');
  if (upper) json = json.replace(/(?<!\\)(?:\\\\)*\\u[0-9a-f]{4}/g, upperDigits);
  if (marks !== '') json = withMarks(json, marks, upper || upperMarks);
  if (html) json = json.replace(/[<>&\u2028\u2029]/g, asHex);
  else if (separators) json = json.replace(/[\u2028\u2029]/g, asHex);
  if (ascii) json = json.replace(/[\u007f-\uffff]/g, asHex);
  else if (nonAscii) json = json.replace(/[\u0080-\uffff]/g, asHex);
  return json;
}

function hexOf(character: string, upper: boolean): string {
  const digits = character.charCodeAt(0).toString(16).padStart(4, '0');
  return `\\u${upper ? digits.toUpperCase() : digits}`;
}

/** Escapes are looked at whole, so that a quote behind a backslash is found and a backslash before one is kept. */
function withMarks(json: string, marks: string, upper: boolean): string {
  const inside = json.slice(1, -1).replace(/\\.|[^\\]/gs, (piece) => {
    const character = piece === '\\"' ? '"' : piece;
    return character.length === 1 && marks.includes(character) ? hexOf(character, upper) : piece;
  });
  return `"${inside}"`;
}

function upperDigits(match: string): string {
  return match.slice(0, -4) + match.slice(-4).toUpperCase();
}
