import { isUtf8 } from 'node:buffer';
import { CLOSE_OBJECT, COMMA, OPEN_OBJECT } from './ascii.ts';
import { createLookAlikes, type LookAlikes } from './look-alike.ts';
import { MemberNames } from './member-names.ts';
import { Reading } from './reading.ts';
import { scanColon, scanMemberName, scanValue } from './scan-value.ts';
import type { Span, ValueSpan } from './span.ts';
import { stringText } from './unescape.ts';

export type MembersScan =
  | {
      readonly kind: 'members';
      /** The values of the read names, in their order; undefined where the body has no such member. */
      readonly values: readonly (ValueSpan | undefined)[];
      /** The other top-level members, each from its name to the end of its value. */
      readonly others: readonly Span[];
      /** Position of the last brace. */
      readonly end: number;
    }
  | JsonFault;

/** `problem` says what is wrong at byte `offset` and never quotes the body. */
export interface JsonFault {
  readonly kind: 'fault';
  readonly problem: string;
  readonly offset: number;
}

/**
 * Compiles a scanner that finds the top-level members `names` of an object, all in one pass over the bytes: RFC 8259
 * to the letter, and beyond it everything refused that two parsers could read in two ways. Takes time in proportion
 * to the body's size, whatever is in it.
 */
export function createMembersScan(names: readonly string[]): (body: Buffer) => MembersScan {
  const wanted: Wanted = {
    names,
    bytes: names.map((name) => Buffer.from(name, 'utf8').toString('latin1')),
    noValues: names.map(() => undefined),
    lookAlikes: createLookAlikes(names),
    lookAlikeProblem: `a top-level name that could be taken for ${listed(names)}`,
  };
  return (body) => {
    if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return fault('a byte order mark', 0);
    if (!isUtf8(body)) return fault('bytes that are not UTF-8', firstInvalidByte(body));
    return new MembersScanner(body, wanted).run();
  };
}

interface Wanted {
  readonly names: readonly string[];
  /** The same as UTF-8, one character a byte: a string is compared faster than a Buffer. */
  readonly bytes: readonly string[];
  readonly noValues: readonly undefined[];
  readonly lookAlikes: LookAlikes;
  readonly lookAlikeProblem: string;
}

class MembersScanner {
  readonly #body: Buffer;
  readonly #wanted: Wanted;
  readonly #reading: Reading;
  readonly #names: MemberNames;
  readonly #values: (ValueSpan | undefined)[];
  readonly #others: Span[] = [];
  readonly #doubtfulNames: string[] = [];

  constructor(body: Buffer, wanted: Wanted) {
    this.#body = body;
    this.#wanted = wanted;
    this.#reading = new Reading(body);
    this.#names = new MemberNames(body);
    this.#values = wanted.noValues.slice();
  }

  run(): MembersScan {
    const end = this.#object();
    if (end < 0) return fault(this.#reading.problem, this.#reading.problemOffset);
    const { lookAlikes, lookAlikeProblem } = this.#wanted;
    if (this.#doubtfulNames.length > 0 && lookAlikes.hasOne(this.#doubtfulNames)) {
      return fault(lookAlikeProblem, 0);
    }
    return { kind: 'members', values: this.#values, others: this.#others, end };
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
    const index = this.#indexOf(at + 1, nameEnd, sawEscape);
    if (index < 0) return this.#other(at, nameEnd, sawEscape, start);
    reading.sawWhitespace = false;
    this.#names.sawDisorder = false;
    const end = scanValue(reading, this.#names, start, 1);
    if (end < 0) return -1;
    this.#values[index] = {
      start,
      end,
      isCompact: !reading.sawWhitespace,
      isSorted: !this.#names.sawDisorder,
      hasEscape: reading.sawEscape,
    };
    return end;
  }

  #other(at: number, nameEnd: number, hasEscape: boolean, start: number): number {
    const end = scanValue(this.#reading, this.#names, start, 1);
    if (end < 0) return -1;
    this.#others.push({ start: at, end });
    const { lookAlikes } = this.#wanted;
    if (lookAlikes.mayBeOne(this.#body, at + 1, nameEnd, hasEscape)) {
      const name = stringText(this.#body, at + 1, nameEnd, hasEscape);
      if (lookAlikes.beginsLikeOne(name)) this.#doubtfulNames.push(name);
    }
    return end;
  }

  /** Which of the read names this is, however it is escaped; -1 for none of them. */
  #indexOf(start: number, end: number, hasEscape: boolean): number {
    if (hasEscape) return this.#wanted.names.indexOf(stringText(this.#body, start, end, true));
    const { bytes } = this.#wanted;
    for (let index = 0; index < bytes.length; index++) {
      if (spells(this.#body, start, end, bytes[index] as string)) return index;
    }
    return -1;
  }
}

function spells(body: Buffer, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let index = 0; index < name.length; index++) {
    if (body[start + index] !== name.charCodeAt(index)) return false;
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

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function fault(problem: string, offset: number): JsonFault {
  return { kind: 'fault', problem, offset };
}
