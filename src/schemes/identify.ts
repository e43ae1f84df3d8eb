import { findValues } from '../json/find-values.ts';
import { utf8AsLatin1 } from '../json/utf8-as-latin1.ts';
import { type Envelope, isEventName } from './envelope.ts';
import { type RawHeaders, readField, readTagged, unquoted } from './head-fields.ts';
import { memberSpan, scalarText } from './member-text.ts';
import type { Scheme } from './scheme.ts';
import { isDigits, type MessageParts } from './signed-text.ts';
import type { Place } from './template.ts';

/** What a verified delivery is: which event, and what makes another one the same. */
export interface Identity {
  readonly kind: 'identity';
  /** Undefined where the body or the head has none that could stand in a header field. */
  readonly event: string | undefined;
  /** The event's name as it was sent, for the duplicate key, also where it could stand in no header field; in Latin-1. */
  readonly name: string | undefined;
  /** False where anybody could have written the name. */
  readonly eventIsSigned: boolean;
  /** The signed id; undefined where there is none. In Latin-1, one character a byte. */
  readonly id: string | undefined;
  /** Of the signed text; what of them lasts, every delivery of the event has. */
  readonly parts: MessageParts;
}

type Refusal = { readonly kind: 'stale' | 'malformed' | 'mismatch'; readonly detail: string };

/** Reads what a delivery is, once its signature held: only then is a body worth reading that is signed whole. */
export type Identify = (
  rawHeaders: RawHeaders,
  envelope: Envelope,
  parts: MessageParts,
  arrivedMs: number,
) => Identity | Refusal;

/** Compiles where a scheme's event, id and time stand. */
export function createIdentify(scheme: Scheme): Identify {
  const { event: eventIn, id: idFrom, time } = scheme;
  const members = [eventIn?.from, idFrom, time?.from].filter((place) => place?.kind === 'member');
  const readMembers = createMembersReader(scheme, members);
  const readEvent = createTextReader(scheme, eventIn?.from, members);
  const readId = createTextReader(scheme, idFrom, members);
  const readTime = createTextReader(scheme, time?.from, members);
  const eventIsSigned = eventIn?.isSigned ?? true;

  return (rawHeaders, envelope, parts, arrivedMs) => {
    const texts = readMembers(envelope);
    if ('kind' in texts) return texts;

    const event = readEvent(rawHeaders, texts);
    if (typeof event === 'object') return event;
    const id = readId(rawHeaders, texts);
    if (typeof id === 'object') return id;
    if (time !== undefined) {
      const { unit, toleranceMs } = time;
      const read = readTime(rawHeaders, texts);
      if (typeof read === 'object') return read;
      const text = read === undefined || time.from.kind !== 'tag' ? read : unquoted(read);
      if (text === undefined || !isDigits(text)) return { kind: 'stale', detail: 'it has no signed time' };
      const ageMs = arrivedMs - Number(text) * (unit === 's' ? 1000 : 1);
      if (Math.abs(ageMs) > toleranceMs) {
        const seconds = Math.round(Math.abs(ageMs) / 1000);
        return {
          kind: 'stale',
          detail: `it was signed ${seconds} s ${ageMs > 0 ? 'before' : 'after'} it arrived`,
        };
      }
    }
    // The scan has judged its own already.
    const isUsable = event !== undefined && (event === envelope.event || isEventName(event));
    return {
      kind: 'identity',
      event: isUsable ? event : undefined,
      name: event,
      eventIsSigned,
      // One that is empty tells no event from another.
      id: id === '' ? undefined : id,
      parts,
    };
  };
}

/** Compiles how one text is read: out of the members that were read together, or out of the head. */
function createTextReader(
  { signature }: Scheme,
  place: Place | undefined,
  members: readonly Member[],
): (rawHeaders: RawHeaders, texts: MemberTexts) => string | undefined | Refusal {
  if (place === undefined) return () => undefined;
  if (place.kind === 'member') {
    const index = members.indexOf(place);
    return (_rawHeaders, texts) => texts[index];
  }
  const name = place.kind === 'header' ? place.name : signature.name;
  const lowerCaseName = name.toLowerCase();
  return (rawHeaders) => {
    const field = readField(rawHeaders, lowerCaseName);
    if (field.kind === 'twice') return { kind: 'mismatch', detail: `the head has two ${name}` };
    if (field.kind === 'absent') return undefined;
    return place.kind === 'header' ? field.text : readTagged(field.text, place.tag)[0];
  };
}

type Member = Extract<Place, { kind: 'member' }>;

/** In the order of the members that are read; undefined where there is none, or none that names anything. */
type MemberTexts = readonly (string | undefined)[];

function createMembersReader(
  { form }: Scheme,
  members: readonly Member[],
): (envelope: Envelope) => MemberTexts | Refusal {
  if (members.length === 0) return () => noMembers;
  if (form !== undefined) {
    const scannedEvent = members.find(({ pointer }) => pointer.length === 1 && pointer[0] === form.event);
    if (members.length === 1 && members[0] === scannedEvent) return ({ event }) => [event];
    return (envelope) =>
      members.map((member) => {
        const { pointer } = member;
        if (member === scannedEvent) return envelope.event;
        const span = memberSpan(pointer, envelope);
        const text = span === undefined ? undefined : textOf(envelope.body, span);
        return text === loneSurrogate ? undefined : text;
      });
  }
  const pointers = members.map(({ pointer }) => pointer);
  return ({ body }) => {
    const texts: (string | undefined)[] = [];
    for (const [index, value] of findValues(body, pointers).entries()) {
      const path = (): string => pathOf(members[index] as Member);
      if (value.kind === 'twice') {
        return { kind: 'malformed', detail: `a name on the way to ${path()} comes twice` };
      }
      const text = value.kind === 'absent' ? undefined : textOf(body, value.span);
      if (text === loneSurrogate) {
        return { kind: 'malformed', detail: `half of a surrogate pair in ${path()}` };
      }
      texts.push(text);
    }
    return texts;
  };
}

const noMembers: MemberTexts = [];
const loneSurrogate = Symbol('half of a surrogate pair');

/** A string's text in Latin-1, or a number as written; undefined for anything else, which names nothing. */
function textOf(
  body: Buffer,
  span: { start: number; end: number },
): string | typeof loneSurrogate | undefined {
  const first = body[span.start] as number;
  if (first === 0x22) {
    const text = scalarText(body, span);
    if (text === undefined) return undefined;
    return text.isWellFormed() ? utf8AsLatin1(text) : loneSurrogate;
  }
  const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
  return isNumber ? body.toString('latin1', span.start, span.end) : undefined;
}

function pathOf({ pointer }: Member): string {
  return `/${pointer.join('/')}`;
}
