import { utf8AsLatin1 } from '../json/utf8-as-latin1.ts';
import type { Way } from '../json/way.ts';
import { isBlank } from '../values/field-grammar.ts';
import { bigPart, type ChangingStep, type CompiledPart, compileParts } from './compiled-parts.ts';
import { Envelope, type EnvelopeForm, wholeBodyAsData } from './envelope.ts';
import { type RawHeaders, readField, readTagged, unquoted } from './head-fields.ts';
import { memberSpan, onlySpan, scalarText } from './member-text.ts';
import type { Scheme } from './scheme.ts';
import type { Part } from './template.ts';

/** What was signed, in three pieces, so that the large one is never copied into a text. */
export interface SignedText {
  /** In Latin-1: one character a byte. */
  readonly head: string;
  readonly data: Buffer;
  readonly tail: string;
}

/** The parts of one delivery's message, read once. */
export interface MessageParts {
  /** What stands before and behind the large part, in Latin-1. */
  readonly head: string;
  readonly tail: string;
  /** The large part, the one with `@` written in this way. Ways that do not differ are mostly the same Buffer. */
  dataIn(way: Way | undefined): Buffer;
  /** The signed text where the part with `@` is written in this way. */
  text(way: Way | undefined): SignedText;
  /** The ways that make sense of this body, and differ from those before them. */
  readonly ways: readonly (Way | undefined)[];
  /**
   * The variable parts without the time and without the signature, the one with `@` in its normal form: what two
   * deliveries of one event have in common. `rewritesStrings`: as where a listed way does; by default as the scheme says.
   */
  lasting(rewritesStrings?: boolean): readonly (string | Buffer)[];
}

/** Why there is no signed text: a sentence for the log that holds nothing of the body. */
export interface NoText {
  readonly kind: 'no_text';
  readonly detail: string;
}

/** What the normal form of a part with `@` resolves beyond order and blanks, where a listed way rewrites strings. */
const unescaped: Way = {
  name: 'sorted+unescaped',
  order: 'sorted',
  spaced: false,
  strings: { ascii: false, slashes: false, html: false, upper: false },
};

const oneWay: readonly (Way | undefined)[] = [undefined];

/** Compiles how the parts of a scheme's message are read from a delivery. */
export function createMessageReader(
  scheme: Scheme,
): (rawHeaders: RawHeaders, envelope: Envelope) => MessageParts | NoText {
  const { message, signature } = scheme;
  const compiled = compileParts(scheme);
  const layout = { compiled, bigAt: bigPart(message), scheme };

  return (rawHeaders, envelope) => {
    const values: (string | Buffer)[] = [];
    let written: Envelope | undefined;
    for (const step of compiled) {
      if (step.constant !== undefined) {
        values.push(step.constant);
        continue;
      }
      const { isTime, behind } = step;
      const value = read(step, rawHeaders, envelope);
      if (typeof value === 'object' && 'kind' in value) return value;
      if (value instanceof Envelope) {
        written = value;
        values.push(nothing);
        continue;
      }
      if (isTime && !isDigits(value)) return noText('the signed time is not made of digits');
      if (behind !== undefined && holds(value, behind.latin1)) {
        return noText(`a signed part holds the text ${JSON.stringify(behind.text)} that stands behind it`);
      }
      values.push(value);
    }
    return new DeliveryParts(layout, values, written);
  };

  function read(
    { part, behind, isTime }: ChangingStep,
    rawHeaders: RawHeaders,
    envelope: Envelope,
  ): string | Buffer | Envelope | NoText {
    switch (part.kind) {
      case 'body': {
        if (part.ways === undefined) return envelope.body;
        const data = wholeBodyAsData(envelope.body);
        if (data !== undefined || behind === undefined) return data ?? envelope.body;
        // An object tells where it ends, whatever stands behind it; what is left of one that was cut off does not.
        return noText('the body is no strict JSON object, and another signed part stands behind it');
      }
      case 'member':
        return readMember(part, envelope, scheme.form);
      default:
        return readHeadPart(part, rawHeaders, isTime);
    }
  }

  function readHeadPart(
    part: Extract<Part, { kind: 'header' | 'tag' }>,
    rawHeaders: RawHeaders,
    isTime: boolean,
  ): string | NoText {
    const name = part.kind === 'header' ? part.name : signature.name;
    const field = readField(rawHeaders, name.toLowerCase());
    if (field.kind !== 'value')
      return noText(`the head has ${field.kind === 'absent' ? 'no' : 'two'} ${name}`);
    if (part.kind === 'header') return field.text;
    const [text, ...more] = readTagged(field.text, part.tag);
    if (text === undefined || more.length > 0)
      return noText(`${name} has ${text === undefined ? 'no part' : 'several parts'} ${part.tag}`);
    // It could have been taken from the blanks that end the body before it.
    if (isBlank(text.charCodeAt(0))) return noText(`${part.tag} of ${name} begins with a blank`);
    return isTime ? unquoted(text) : text;
  }
}

/** What a scheme says of its parts, whatever the delivery. */
interface MessageLayout {
  readonly scheme: Scheme;
  readonly compiled: readonly CompiledPart[];
  readonly bigAt: number;
}

/** A class, since closures would be made anew for every delivery. */
class DeliveryParts implements MessageParts {
  readonly head: string;
  readonly tail: string;
  readonly ways: readonly (Way | undefined)[];
  readonly #layout: MessageLayout;
  readonly #values: readonly (string | Buffer)[];
  readonly #received: Buffer;
  readonly #written: Envelope | undefined;

  constructor(layout: MessageLayout, values: readonly (string | Buffer)[], written: Envelope | undefined) {
    const { bigAt } = layout;
    const big = values[bigAt] ?? nothing;
    this.head = joined(values, 0, bigAt);
    this.tail = joined(values, bigAt + 1, values.length);
    this.ways = written === undefined ? oneWay : layout.scheme.ways;
    this.#layout = layout;
    this.#values = values;
    this.#received = typeof big === 'string' ? latin1(big) : big;
    this.#written = written;
  }

  dataIn(way: Way | undefined): Buffer {
    return this.#written === undefined ? this.#received : this.#written.dataIn(way ?? 'received');
  }

  text(way: Way | undefined): SignedText {
    return { head: this.head, data: this.dataIn(way), tail: this.tail };
  }

  lasting(rewritesStrings = this.#layout.scheme.rewritesStrings): readonly (string | Buffer)[] {
    const { compiled, bigAt } = this.#layout;
    const lasting: (string | Buffer)[] = [];
    for (const [index, step] of compiled.entries()) {
      if (step.constant !== undefined || step.isTime) continue;
      const written = index === bigAt ? this.#written : undefined;
      const value =
        written === undefined
          ? (this.#values[index] as string | Buffer)
          : written.dataIn(rewritesStrings ? unescaped : 'sorted');
      const { timeWithin } = step;
      lasting.push(
        timeWithin === undefined || typeof value === 'string' ? value : withoutTime(value, timeWithin),
      );
    }
    return lasting;
  }
}

/** A part of the body with a zero in the place of the signed time: a retry that is signed anew has another. */
function withoutTime(json: Buffer, pointer: readonly string[]): Buffer {
  const span = onlySpan(pointer, json);
  if (span === undefined) return json;
  return Buffer.concat([json.subarray(0, span.start), zero, json.subarray(span.end)]);
}

const zero = Buffer.from('0');

function readMember(
  part: Extract<Part, { kind: 'member' }>,
  envelope: Envelope,
  form: EnvelopeForm | undefined,
): string | Buffer | Envelope | NoText {
  const { body } = envelope;
  // A body that is signed whole beside this member was not scanned.
  const span = form === undefined ? onlySpan(part.pointer, body) : memberSpan(part.pointer, envelope);
  if (span === undefined) return noText(`the body has no /${part.pointer.join('/')}, or several`);
  if (part.ways !== undefined) {
    if (body[span.start] !== 0x7b) return noText(`/${part.pointer.join('/')} is no object`);
    if (form === undefined) {
      const member = body.subarray(span.start, span.end);
      return wholeBodyAsData(member) ?? member;
    }
    return part.pointer.length === 1 ? envelope : envelope.withData(span);
  }
  // Visible ASCII, as the scan has judged it.
  if (part.pointer.length === 1 && part.pointer[0] === form?.event && envelope.event !== undefined)
    return envelope.event;
  const text = scalarText(body, span);
  return text === undefined ? body.subarray(span.start, span.end) : utf8AsLatin1(text);
}

const digits = /^\d{1,16}$/;

/** Ten digits are seconds until 2286, sixteen are more than anybody writes. */
export function isDigits(value: string | Buffer): boolean {
  return digits.test(typeof value === 'string' ? value : value.toString('latin1'));
}

/**
 * Whether the text behind a value could begin earlier, within the value: also where it ends in the text behind, as the
 * second colon of `a:` and `::` does.
 */
function holds(value: string | Buffer, text: string): boolean {
  const until = text.slice(0, -1);
  if (typeof value === 'string') return (value + until).includes(text);
  const end = value.toString('latin1', Math.max(0, value.length - until.length));
  return value.includes(text, 0, 'latin1') || (end + until).includes(text);
}

function joined(values: readonly (string | Buffer)[], from: number, to: number): string {
  let text = '';
  for (let index = from; index < to; index++) {
    const value = values[index] as string | Buffer;
    text += typeof value === 'string' ? value : value.toString('latin1');
  }
  return text;
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

const nothing = Buffer.alloc(0);

function noText(detail: string): NoText {
  return { kind: 'no_text', detail };
}
