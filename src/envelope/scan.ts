import { isUtf8 } from 'node:buffer';
import { CLOSE_OBJECT, COMMA, OPEN_OBJECT, QUOTE, VERTICAL_BAR } from './ascii.ts';
import { Envelope, type Span } from './envelope.ts';
import { beginsLikeSigned, hasLookAlike } from './look-alike.ts';
import { MemberNames } from './member-names.ts';
import { Reading } from './reading.ts';
import { scanColon, scanMemberName, scanValue } from './scan-value.ts';
import { stringText } from './unescape.ts';

export type { Envelope } from './envelope.ts';

export type Scan =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'fault'; readonly problem: string; readonly offset: number };

/**
 * Finds the signed parts of an event in the bytes as they came: RFC 8259 to the letter, and beyond it everything
 * refused that two parsers could read in two ways. `problem` says what is wrong at byte `offset` and never quotes
 * the body. Takes time in proportion to the body's size, whatever is in it.
 */
export function scanEnvelope(body: Buffer): Scan {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return fault('a byte order mark', 0);
  if (!isUtf8(body)) return fault('bytes that are not UTF-8', firstInvalidByte(body));
  return new EnvelopeScan(body).run();
}

class EnvelopeScan {
  readonly #body: Buffer;
  readonly #reading: Reading;
  readonly #names: MemberNames;
  readonly #unsigned: Span[] = [];
  readonly #doubtfulNames: string[] = [];
  #event: string | undefined;
  #checksum: string | undefined;
  #data: Span | undefined;
  #dataIsCompact = false;
  #dataIsSorted = false;

  constructor(body: Buffer) {
    this.#body = body;
    this.#reading = new Reading(body);
    this.#names = new MemberNames(body);
  }

  run(): Scan {
    const end = this.#object();
    if (end < 0) return fault(this.#reading.problem, this.#reading.problemOffset);
    if (this.#event === undefined) return fault('no top-level event', end);
    if (this.#data === undefined) return fault('no top-level data', end);
    if (this.#doubtfulNames.length > 0 && hasLookAlike(this.#doubtfulNames)) {
      return fault('a top-level name that could be taken for event, data or checksum', 0);
    }
    const envelope = new Envelope(this.#body, {
      event: this.#event,
      checksum: this.#checksum,
      data: this.#data,
      unsigned: this.#unsigned,
      dataIsCompact: this.#dataIsCompact,
      dataIsSorted: this.#dataIsSorted,
    });
    return { kind: 'envelope', envelope };
  }

  /** Reads the whole body; returns the position of its last brace, or -1. */
  #object(): number {
    const body = this.#body;
    const reading = this.#reading;
    let at = reading.skipWhitespace(0);
    if (at === body.length) return reading.fail('an empty body', at);
    if (body[at] !== OPEN_OBJECT) return reading.fail('a body that is no JSON object', at);
    this.#names.openObject();
    at = reading.skipWhitespace(at + 1);
    if (body[at] !== CLOSE_OBJECT) {
      for (;;) {
        at = this.#member(at);
        if (at < 0) return -1;
        at = reading.skipWhitespace(at);
        if (body[at] !== COMMA) break;
        at = reading.skipWhitespace(at + 1);
      }
      if (body[at] !== CLOSE_OBJECT) return reading.fail('no comma or closing brace', at);
    }
    const rest = reading.skipWhitespace(at + 1);
    return rest === body.length ? at : reading.fail('bytes after the end of the object', rest);
  }

  /** Reads one top-level member; returns the position after its value, or -1. */
  #member(at: number): number {
    const reading = this.#reading;
    const nameEnd = scanMemberName(reading, this.#names, at);
    if (nameEnd < 0) return -1;
    const { sawEscape } = reading;
    const start = scanColon(reading, nameEnd + 1);
    if (start < 0) return -1;
    switch (signedName(this.#body, at + 1, nameEnd, sawEscape)) {
      case 'data':
        return this.#readData(start);
      case 'event':
        return this.#readEvent(start);
      case 'checksum':
        return this.#readChecksum(start);
      case undefined: {
        const end = scanValue(reading, this.#names, start, 1);
        if (end < 0) return -1;
        this.#unsigned.push({ start: at, end });
        if (mayLookAlike(this.#body, at + 1, nameEnd, sawEscape)) {
          const name = stringText(this.#body, at + 1, nameEnd, sawEscape);
          if (beginsLikeSigned(name)) this.#doubtfulNames.push(name);
        }
        return end;
      }
    }
  }

  #readData(start: number): number {
    const reading = this.#reading;
    if (this.#body[start] !== OPEN_OBJECT) return reading.fail('data that is no object', start);
    reading.sawWhitespace = false;
    this.#names.sawDisorder = false;
    const end = scanValue(reading, this.#names, start, 1);
    if (end < 0) return -1;
    this.#data = { start, end };
    this.#dataIsCompact = !reading.sawWhitespace;
    this.#dataIsSorted = !this.#names.sawDisorder;
    return end;
  }

  #readEvent(start: number): number {
    const reading = this.#reading;
    if (this.#body[start] !== QUOTE) return reading.fail('an event that is no string', start);
    const end = scanValue(reading, this.#names, start, 1);
    if (end < 0) return -1;
    this.#event = stringText(this.#body, start + 1, end - 1, reading.sawEscape);
    return isEventName(this.#event)
      ? end
      : reading.fail('an event that is not 1 to 128 visible ASCII characters without |', start);
  }

  #readChecksum(start: number): number {
    const reading = this.#reading;
    const end = scanValue(reading, this.#names, start, 1);
    if (end < 0) return -1;
    // What is no string was sent, but matches nothing.
    this.#checksum =
      this.#body[start] === QUOTE ? stringText(this.#body, start + 1, end - 1, reading.sawEscape) : '';
    return end;
  }
}

/** Which of the three signed names this is, however it is escaped. */
function signedName(
  body: Buffer,
  start: number,
  end: number,
  hasEscape: boolean,
): 'data' | 'event' | 'checksum' | undefined {
  if (!hasEscape) {
    if (spells(body, start, end, 'data')) return 'data';
    if (spells(body, start, end, 'event')) return 'event';
    return spells(body, start, end, 'checksum') ? 'checksum' : undefined;
  }
  const text = stringText(body, start, end, true);
  return text === 'data' || text === 'event' || text === 'checksum' ? text : undefined;
}

/** Leaves out names of visible ASCII with another length than the three, so that the rest is rarely looked at. */
function mayLookAlike(body: Buffer, start: number, end: number, hasEscape: boolean): boolean {
  const length = end - start;
  if (hasEscape || length === 4 || length === 5 || length === 8) return true;
  for (let at = start; at < end; at++) {
    const byte = body[at] as number;
    if (byte < 0x21 || byte > 0x7e) return true;
  }
  return false;
}

function spells(body: Buffer, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let index = 0; index < name.length; index++) {
    if (body[start + index] !== name.charCodeAt(index)) return false;
  }
  return true;
}

/** Visible ASCII fits a header field; `|` ends the event in the signed message. */
function isEventName(text: string): boolean {
  if (text.length < 1 || text.length > 128) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x21 || code > 0x7e || code === VERTICAL_BAR) return false;
  }
  return true;
}

/** Where a decoder first replaces what it cannot read; at most two bytes late. */
function firstInvalidByte(body: Buffer): number {
  const replaced = Buffer.from(body.toString('utf8'), 'utf8');
  let at = 0;
  while (at < body.length && body[at] === replaced[at]) at++;
  return at;
}

function fault(problem: string, offset: number): Scan {
  return { kind: 'fault', problem, offset };
}
