import { type Found, findValues } from '../json/find-values.ts';
import { type Envelope, isEventName } from './envelope.ts';
import { type RawHeaders, readField, readTagged } from './head-fields.ts';
import type { Scheme } from './scheme.ts';
import { isDigits, type MessageParts, memberSpan, scalarText, utf8AsLatin1 } from './signed-text.ts';
import type { Place } from './template.ts';

/** What a verified delivery is: which event, and what makes another one the same. */
export interface Identity {
  readonly kind: 'identity';
  /** Undefined where the body or the head has none that could stand in a header field. */
  readonly event: string | undefined;
  /** False where anybody could have written the name. */
  readonly eventIsSigned: boolean;
  /** The signed id; undefined where there is none. In Latin-1, one character a byte. */
  readonly id: string | undefined;
  /** The parts of the signed text that every delivery of the event has. */
  readonly lasting: () => readonly (string | Buffer)[];
}

type Refusal = { readonly kind: 'stale' | 'malformed' | 'mismatch'; readonly detail: string };

/** Reads event, id and time, once the signature held: only then is a body worth reading that is signed whole. */
export function identify(
  scheme: Scheme,
  delivery: {
    readonly rawHeaders: RawHeaders;
    readonly envelope: Envelope;
    readonly parts: MessageParts;
    readonly arrivedMs: number;
  },
): Identity | Refusal {
  const { envelope, rawHeaders, parts } = delivery;
  const members = readMembers(scheme, envelope);
  if (members.kind !== 'members') return members;

  const event = scheme.event === undefined ? undefined : readText(scheme.event.from);
  if (typeof event === 'object') return event;
  const id = scheme.id === undefined ? undefined : readText(scheme.id);
  if (typeof id === 'object') return id;
  if (scheme.time !== undefined) {
    const { from, unit, toleranceMs } = scheme.time;
    const text = readText(from);
    if (typeof text === 'object') return text;
    if (text === undefined || !isDigits(text)) return { kind: 'stale', detail: 'it has no signed time' };
    const ageMs = delivery.arrivedMs - Number(text) * (unit === 's' ? 1000 : 1);
    if (Math.abs(ageMs) > toleranceMs) {
      const seconds = Math.round(Math.abs(ageMs) / 1000);
      return {
        kind: 'stale',
        detail: `it was signed ${seconds} s ${ageMs > 0 ? 'before' : 'after'} it arrived`,
      };
    }
  }
  const eventIsSigned = scheme.event?.isSigned ?? true;
  const usable = event !== undefined && isEventName(event) ? event : undefined;
  return { kind: 'identity', event: usable, eventIsSigned, id, lasting: parts.lasting };

  function readText(place: Place): string | undefined | Refusal {
    if (place.kind === 'member')
      return members.kind === 'members' ? members.texts.get(pathOf(place)) : undefined;
    const name = place.kind === 'header' ? place.name : scheme.signature.name;
    const field = readField(rawHeaders, name.toLowerCase());
    if (field.kind === 'twice') return { kind: 'mismatch', detail: `the head has two ${name}` };
    if (field.kind === 'absent') return undefined;
    return place.kind === 'header' ? field.text : readTagged(field.text, place.tag)[0];
  }
}

/** The texts of the members that are read, by pointer. */
function readMembers(
  scheme: Scheme,
  envelope: Envelope,
): { readonly kind: 'members'; readonly texts: ReadonlyMap<string, string> } | Refusal {
  const places = [scheme.event?.from, scheme.id, scheme.time?.from].filter(
    (place) => place?.kind === 'member',
  );
  if (places.length === 0) return noMembers;
  const texts = new Map<string, string>();
  if (scheme.form !== undefined) {
    for (const place of places) {
      if (place.pointer.length === 1 && place.pointer[0] === scheme.form.event) {
        if (envelope.event !== undefined) texts.set(pathOf(place), envelope.event);
        continue;
      }
      const span = memberSpan(place.pointer, envelope);
      const text = span === undefined ? undefined : textOf(envelope.body, span);
      if (text !== undefined && text !== loneSurrogate) texts.set(pathOf(place), text);
    }
    return { kind: 'members', texts };
  }
  const found = findValues(
    envelope.body,
    places.map(({ pointer }) => pointer),
  );
  for (const [index, place] of places.entries()) {
    const value = found[index] as Found;
    if (value.kind === 'twice')
      return { kind: 'malformed', detail: `a name on the way to ${pathOf(place)} comes twice` };
    if (value.kind === 'absent') continue;
    const text = textOf(envelope.body, value.span);
    if (text === loneSurrogate)
      return { kind: 'malformed', detail: `half of a surrogate pair in ${pathOf(place)}` };
    if (text !== undefined) texts.set(pathOf(place), text);
  }
  return { kind: 'members', texts };
}

const noMembers = { kind: 'members', texts: new Map<string, string>() } as const;
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

function pathOf({ pointer }: Extract<Place, { kind: 'member' }>): string {
  return `/${pointer.join('/')}`;
}
