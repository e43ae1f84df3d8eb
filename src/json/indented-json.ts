import { afterString } from './after-string.ts';
import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './ascii.ts';

/** What indents writes more than it reads; past this many times nobody has indented it. */
const mostTimes = 16;

/**
 * Writes a compact value with each member and item on a line of its own, a blank after each colon, and nothing between
 * the brackets of an empty one, as the usual encoders do. Deep nesting makes of few bytes very many, so what would take
 * more than sixteen times its length stays compact.
 */
export function indentedJson(compact: Buffer, indent: string): Buffer {
  const most = compact.length * mostTimes;
  const pieces: string[] = [];
  let length = 0;
  let depth = 0;
  let from = 0;
  let at = 0;
  while (at < compact.length) {
    const byte = compact[at] as number;
    if (byte === QUOTE) {
      at = afterString(compact, at);
      continue;
    }
    at++;
    const next = compact[at];
    const opens = byte === OPEN_OBJECT || byte === OPEN_ARRAY;
    const closes = byte === CLOSE_OBJECT || byte === CLOSE_ARRAY;
    if (opens && (next === CLOSE_OBJECT || next === CLOSE_ARRAY)) {
      at++;
      continue;
    }
    if (opens || byte === COMMA) {
      if (opens) depth++;
      put(at, `\n${indent.repeat(depth)}`);
    } else if (closes) {
      depth--;
      put(at - 1, `\n${indent.repeat(depth)}`);
    } else if (byte === COLON) {
      put(at, ' ');
    }
    if (length > most) return compact;
  }
  pieces.push(compact.toString('latin1', from));
  return Buffer.from(pieces.join(''), 'latin1');

  function put(end: number, text: string): void {
    pieces.push(compact.toString('latin1', from, end), text);
    length += end - from + text.length;
    from = end;
  }
}
