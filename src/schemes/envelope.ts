import { QUOTE } from '../json/ascii.ts';
import { compactJson } from '../json/compact-json.ts';
import { createMembersScan, type JsonFault } from '../json/scan-members.ts';
import { sortedJson } from '../json/sorted-json.ts';
import type { Span, ValueSpan } from '../json/span.ts';
import { stringText } from '../json/unescape.ts';
import { parseWay, type Way } from '../json/way.ts';
import { writeInWay } from '../json/write-way.ts';

/** What is read of a body of which only parts are signed, or nothing. Names are those of top-level members. */
export interface EnvelopeForm {
  /** Every member that is read, the ones below among them. */
  readonly names: readonly string[];
  readonly event: string | undefined;
  /** Text that stands behind the event in what is signed, and so cannot be in it. */
  readonly behindEvent: string;
  readonly signature: string | undefined;
  /** The member that is an object and signed as such. */
  readonly data: string | undefined;
  /** Members that must be there. */
  readonly required: readonly string[];
  /** Members beside `names` are not signed; false where nothing of the body is. */
  readonly tellsUnsigned: boolean;
}

export type Scan = { readonly kind: 'envelope'; readonly envelope: Envelope } | JsonFault;

/** A body and what is known of it; only this file makes one. The body must not be changed afterwards. */
export class Envelope {
  readonly body: Buffer;
  /** Name of the event, unescaped: 1 to 128 visible ASCII characters. Undefined where it is read later or not at all. */
  readonly event: string | undefined;
  /** Where the signature stands in the body; undefined where there is none. */
  readonly signature: ValueSpan | undefined;
  /** Where the value that is signed as an object stands. */
  readonly data: ValueSpan;
  /** Top-level members that are not signed, each from its name to the end of its value. */
  readonly unsigned: readonly Span[];
  readonly #names: readonly string[];
  readonly #values: readonly (ValueSpan | undefined)[];
  #compact: Buffer | undefined;
  #sorted: Buffer | undefined;
  #written: Map<string, Buffer> | undefined;

  constructor(body: Buffer, parts: EnvelopeParts) {
    this.body = body;
    this.event = parts.event;
    this.signature = parts.signature;
    this.data = parts.data;
    this.unsigned = parts.unsigned;
    this.#names = parts.names;
    this.#values = parts.values;
  }

  /** The signature as written in the body, unescaped; empty where it is not a string; undefined where there is none. */
  get checksum(): string | undefined {
    const { body, signature } = this;
    if (signature === undefined) return undefined;
    // What is no string was sent, but matches nothing.
    return body[signature.start] === QUOTE ? textAt(body, signature) : '';
  }

  /** Where the value of a top-level member stands that the form reads. */
  member(name: string): ValueSpan | undefined {
    return this.#values[this.#names.indexOf(name)];
  }

  /** The same with another value to be written in several ways. */
  withData({ start, end }: Span): Envelope {
    const data = { start, end, isCompact: false, isSorted: false, hasEscape: false };
    const { body, event, signature, unsigned } = this;
    return new Envelope(body, { event, signature, data, unsigned, names: this.#names, values: this.#values });
  }

  /**
   * The bytes of `data` written in one way. The plain ones are each made once; ways that do not differ are the same
   * Buffer, so callers may compare by identity to leave out a second look.
   */
  dataIn(way: Way | PlainOrder): Buffer {
    if (typeof way !== 'string') return this.#dataWritten(way);
    if (way === 'sorted') return this.#sortedData();
    if (way !== 'received' && way !== 'compact') return this.#dataWritten(parseWay(way) as Way);
    const compact = this.#compactData();
    if (way === 'compact' || this.data.isCompact) return compact;
    return this.body.subarray(this.data.start, this.data.end);
  }

  #dataWritten(way: Way): Buffer {
    const { order } = way;
    // A way without modifiers has its order's name alone.
    if (way.name === order && (order === 'received' || order === 'compact' || order === 'sorted')) {
      return this.dataIn(order);
    }
    this.#written ??= new Map();
    const written = this.#written.get(way.name);
    if (written !== undefined) return written;
    const { isSorted } = this.data;
    const ordered = order === 'sorted' ? this.#sortedData() : this.#compactData();
    const isOrdered = order === 'sorted' || (order === 'sorted-top' && isSorted);
    const made = writeInWay(this.dataIn('received'), ordered, isOrdered ? { ...way, order: 'compact' } : way);
    this.#written.set(way.name, made);
    return made;
  }

  #compactData(): Buffer {
    this.#compact ??= this.data.isCompact
      ? this.body.subarray(this.data.start, this.data.end)
      : compactJson(this.body, this.data);
    return this.#compact;
  }

  #sortedData(): Buffer {
    this.#sorted ??= this.data.isSorted ? this.#compactData() : sortedJson(this.#compactData());
    return this.#sorted;
  }
}

type PlainOrder = Way['order'];

interface EnvelopeParts {
  readonly event: string | undefined;
  readonly signature: ValueSpan | undefined;
  readonly data: ValueSpan;
  readonly unsigned: readonly Span[];
  readonly names: readonly string[];
  readonly values: readonly (ValueSpan | undefined)[];
}

const nowhere: ValueSpan = { start: 0, end: 0, isCompact: true, isSorted: true, hasEscape: false };
const noNames: readonly string[] = [];

/** A body that is signed whole: nothing of it is read before the signature holds. */
export function wholeBody(body: Buffer): Envelope {
  return new Envelope(body, {
    event: undefined,
    signature: undefined,
    data: nowhere,
    unsigned: [],
    names: noNames,
    values: [],
  });
}

/** The whole body as a value that can be written in several ways; undefined where it is no strict JSON object. */
export function wholeBodyAsData(body: Buffer): Envelope | undefined {
  const scan = scanWhole(body);
  if (scan.kind === 'fault') return undefined;
  // What was noticed of the members says nothing of the whole, so the ways are made from the bytes.
  const data = {
    // With the blanks around it: `received` is what its sender signed, whatever stands there.
    start: 0,
    end: body.length,
    isCompact: false,
    isSorted: false,
    hasEscape: false,
  };
  return new Envelope(body, {
    event: undefined,
    signature: undefined,
    data,
    unsigned: [],
    names: noNames,
    values: [],
  });
}

const scanWhole = createMembersScan([]);

/**
 * Compiles the scanner for one form. Refused are all bodies that two parsers could read in two ways, those without a
 * member that is signed, and names of events that no header can carry.
 */
export function createEnvelopeScan(form: EnvelopeForm): (body: Buffer) => Scan {
  const scanMembers = createMembersScan(form.names);
  const indexOf = (name: string | undefined): number => (name === undefined ? -1 : form.names.indexOf(name));
  const eventAt = indexOf(form.event);
  const signatureAt = indexOf(form.signature);
  const dataAt = indexOf(form.data);
  const required = form.required.map((name) => ({ name, at: indexOf(name) }));

  return (body) => {
    const scan = scanMembers(body);
    if (scan.kind === 'fault') return scan;
    const { values, others, end } = scan;
    for (let index = 0; index < required.length; index++) {
      const { name, at } = required[index] as (typeof required)[number];
      if (values[at] === undefined) return fault(`no top-level ${name}`, end);
    }
    const data = values[dataAt];
    if (data !== undefined && body[data.start] !== 0x7b)
      return fault(`${form.data} that is no object`, data.start);
    const eventValue = values[eventAt];
    let event: string | undefined;
    if (eventValue !== undefined) {
      const { start } = eventValue;
      if (body[start] !== QUOTE) return fault(`an ${form.event} that is no string`, start);
      event = eventName(body, eventValue);
      if (event === undefined || (form.behindEvent !== '' && event.includes(form.behindEvent))) {
        return fault(
          `an ${form.event} that is not 1 to 128 visible ASCII characters${form.behindEvent === '' ? '' : ` without ${form.behindEvent}`}`,
          start,
        );
      }
    }
    const envelope = new Envelope(body, {
      event,
      signature: values[signatureAt],
      data: data ?? nowhere,
      unsigned: form.tellsUnsigned ? others : [],
      names: form.names,
      values,
    });
    return { kind: 'envelope', envelope };
  };
}

/** Text of a scanned string that can be an event's name; undefined for any other. One pass where it has no escape. */
function eventName(body: Buffer, value: ValueSpan): string | undefined {
  const { start, end, hasEscape } = value;
  if (hasEscape) {
    const text = textAt(body, value);
    return isEventName(text) ? text : undefined;
  }
  if (end - start - 2 < 1 || end - start - 2 > mostEventCharacters) return undefined;
  for (let at = start + 1; at < end - 1; at++) if (!isVisible(body[at] as number)) return undefined;
  return body.toString('latin1', start + 1, end - 1);
}

/** Text of a scanned string. */
function textAt(body: Buffer, { start, end, hasEscape }: ValueSpan): string {
  return stringText(body, start + 1, end - 1, hasEscape);
}

/** Visible ASCII fits a header field. */
export function isEventName(text: string): boolean {
  if (text.length < 1 || text.length > mostEventCharacters) return false;
  for (let index = 0; index < text.length; index++) {
    if (!isVisible(text.charCodeAt(index))) return false;
  }
  return true;
}

const mostEventCharacters = 128;

function isVisible(code: number): boolean {
  return code >= 0x21 && code <= 0x7e;
}

function fault(problem: string, offset: number): JsonFault {
  return { kind: 'fault', problem, offset };
}
