import type { SignaturePlace } from './scheme.ts';
import type { ReportProblem } from './scheme-problem.ts';
import type { SchemeSettings } from './settings.ts';
import { isSamePlace, type Part, type Place } from './template.ts';

/** Fields in which each request has something else, or is refused, so that no signature ever stands there. */
const takenFields = new Set([
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'transfer-encoding',
]);

/** Parts of the message that cannot be signed by this signature. */
export function judgeParts(
  message: readonly Part[],
  settings: SchemeSettings,
  signature: SignaturePlace | undefined,
  report: ReportProblem,
): void {
  if (signature?.kind === 'header' && takenFields.has(signature.name.toLowerCase())) {
    report('signature', 'expected a field of its own, since every request needs this one for something else');
  }
  for (const part of message) {
    if (part.kind === 'url' && settings.publicUrl === '') {
      report('publicUrl', 'expected the URL as it is registered with the sender, since message has {url}');
    }
    if (part.kind === 'tag' && !(signature?.kind === 'header' && signature.tag !== undefined)) {
      report('message', `{signature#${part.tag}} names a part of a signature that has no tags`);
    }
    if (signature !== undefined && holdsSignature(part, signature)) {
      report(
        'message',
        `expected a message without what holds the signature, ${settings.signature}, since none can be made over itself`,
      );
    }
  }
}

/**
 * One place cannot be two things: an event that is called by its signature is wanted by nobody, and where the time or the
 * event's name is the id, genuine events count as repeats of each other. What is written in several ways is an object, and
 * no name, id or time.
 */
export function judgePlaces(
  places: {
    readonly signature: SignaturePlace;
    readonly message: readonly Part[];
    readonly time: Place | undefined;
    readonly event: Place | undefined;
    readonly id: Place | undefined;
  },
  settings: SchemeSettings,
  report: ReportProblem,
): void {
  const { signature, message, time, event, id } = places;
  const named = [
    { key: 'event', what: 'the name of the event', place: event },
    { key: 'id', what: 'what tells one event from another', place: id },
  ] as const;
  for (const { key, what, place } of named) {
    if (place === undefined) continue;
    const stands = holdsSignature(place, signature)
      ? 'the signature'
      : time !== undefined && isSamePlace(place, time)
        ? 'the signed time'
        : key === 'id' && event !== undefined && isSamePlace(place, event)
          ? "the event's name, which many events have,"
          : undefined;
    if (stands !== undefined) report(key, `expected where ${what} stands; ${stands} stands there`);
    if (isWritten(place, message)) report(key, `expected where ${what} stands; ${anObject}`);
  }
  if (time !== undefined && isWritten(time, message)) {
    report(
      'timestamp.from',
      `expected where the signed time stands; ${anObject}`,
      `found ${settings.timestamp.from}`,
    );
  }
}

const anObject = 'an object stands there, since message has it with "@"';

function isWritten(place: Place, message: readonly Part[]): boolean {
  return message.some(
    (part) => part.kind === 'member' && part.ways !== undefined && isSamePlace(part, place),
  );
}

function holdsSignature(part: Part, signature: SignaturePlace): boolean {
  if (signature.kind === 'member')
    return part.kind === 'body' || (part.kind === 'member' && part.pointer[0] === signature.name);
  if (part.kind === 'tag') return part.tag === signature.tag;
  return part.kind === 'header' && part.name.toLowerCase() === signature.name.toLowerCase();
}
