import type { Way } from '../json/way.ts';
import { parseDuration } from '../values/units.ts';
import { constantBehind, pointerWithin } from './compiled-parts.ts';
import type { EnvelopeForm } from './envelope.ts';
import { judgeParts, judgePlaces } from './judge-places.ts';
import type { KeyForm, Scheme, SignaturePlace } from './scheme.ts';
import type { ReportProblem, SchemeProblem } from './scheme-problem.ts';
import type { Profile, SchemeSettings } from './settings.ts';
import { isVariable, type Part, type Place, parsePlace, parseTemplate } from './template.ts';

export type CompiledScheme =
  | { readonly kind: 'scheme'; readonly scheme: Scheme }
  | { readonly kind: 'problems'; readonly problems: readonly SchemeProblem[] };

/** What an unknown retry window counts as. */
const unknownWindowMs = 72 * 3_600_000;

/**
 * Compiles settings once, so that the pipeline only compares. `ways` take the place of the ones in the message.
 * Refuses whatever proves nothing or could be read in two ways, with a sentence for each.
 */
export function compileScheme(
  profile: Pick<Profile, 'name' | 'deadlineMs'>,
  settings: SchemeSettings,
  ways?: readonly Way[],
): CompiledScheme {
  const problems: SchemeProblem[] = [];
  const warnings: string[] = [];
  const report: ReportProblem = (key, expected, found) => {
    const text = key in settings ? settings[key as keyof SchemeSettings] : '';
    problems.push({
      key,
      found: found ?? (text === '' ? 'found nothing' : `found ${JSON.stringify(text)}`),
      expected,
    });
  };

  const signature = parseSignature(settings.signature);
  if (signature === undefined) {
    report(
      'signature',
      'expected header:NAME, header:NAME#tag or json:/member (of the top level), where the sender puts its signature',
    );
  }
  const key = parseKeyForm(settings.key);
  if (key === undefined) {
    report('key', 'expected text, base64 or hex, perhaps with a prefix to cut off, such as "base64 whsec_"');
  }
  const template = parseTemplate(settings.message);
  if (template.kind === 'invalid') report('message', template.expected);
  // What is signed is not known where the message cannot be read, so nothing is said of it then.
  const isRead = template.kind === 'template';
  const message = isRead ? withWays(template.parts, ways) : [];
  if (settings.algorithm === 'equals' && message.length > 0) {
    report('message', 'expected "", since algorithm equals compares a secret and covers no text');
  }
  if (isRead && settings.algorithm !== 'equals' && !message.some(isVariable)) {
    report('message', 'expected a part in braces, or the same signature would hold for every body');
  }
  judgeParts(message, settings, signature, report);
  if (isRead && ways !== undefined && !message.some((part) => 'ways' in part && part.ways !== undefined)) {
    report('message', 'expected a part with "@", since ways of writing are listed for it');
  }
  if (settings.algorithm === 'ed25519' && key?.kind === 'text') {
    report('key', 'expected base64 or hex for algorithm ed25519, whose key has 32 bytes');
  }
  const time = readTime(settings, isRead ? message : undefined, report);
  const event = readPlace('event', settings.event, report);
  const id = readPlace('id', settings.id, report);
  if (event?.kind === 'tag') report('event', 'expected json:/member or header:NAME');
  if (signature !== undefined) {
    judgePlaces({ signature, message, time: time?.from, event, id }, settings, report);
  }
  const triesAgainForMs = readWindow(settings.triesAgainFor);
  if (triesAgainForMs === undefined)
    report('triesAgainFor', 'expected a duration such as 72h, "none" or "unknown"');
  const url = settings.publicUrl;
  if (url !== '' && !/^https?:\/\/[\x21-\x7e]+$/.test(url)) {
    report('publicUrl', 'expected the URL as it is registered with the sender, with http:// or https://');
  }
  if (url !== '' && isRead && !message.some(({ kind }) => kind === 'url')) {
    warnings.push('publicUrl has no effect, since message has no {url}');
  }
  const cut = textThatCutsBody(message, url);
  if (cut !== undefined) {
    warnings.push(
      `message has more behind {body}, so that every body that holds ${JSON.stringify(cut)} is refused; ` +
        'where the body is a JSON object, write {body@received}',
    );
  }
  if (settings.message.endsWith('\n')) {
    warnings.push(
      'message ends with a line break, which the sender must have signed as well; where it has not, write |- in place of |',
    );
  }
  if (signature?.kind === 'header' && !/^(?:[!-~][ -~]*)?$/.test(settings.prefix)) {
    report(
      'prefix',
      'expected ASCII without a blank at its beginning, since fields of a head are read without',
    );
  }
  const idIsSigned = id !== undefined && isSigned(id, message);
  if (id !== undefined && !idIsSigned) {
    warnings.push(`id ${settings.id} is not signed, so it has no part in telling repeats`);
  }
  if (problems.length > 0 || signature === undefined || key === undefined || triesAgainForMs === undefined) {
    return { kind: 'problems', problems };
  }
  const covers = coverage(message);
  const signedEvent = event === undefined ? undefined : { from: event, isSigned: isSigned(event, message) };
  const scheme: Scheme = {
    name: profile.name,
    settings,
    signature,
    prefix: settings.prefix,
    algorithm: settings.algorithm,
    encoding: settings.encoding,
    message,
    covers,
    ways: waysOf(message),
    rewritesStrings: waysOf(message).some(({ strings }) => strings !== undefined),
    key,
    time,
    event: signedEvent,
    id: idIsSigned ? id : undefined,
    form:
      covers === 'body'
        ? undefined
        : formOf({ message, signature, covers, event, id: idIsSigned ? id : undefined }),
    publicUrl: url,
    triesAgainForMs,
    deadlineMs: profile.deadlineMs,
    warnings,
  };
  return { kind: 'scheme', scheme };
}

/** Signed parts of the body that are no top-level members, as pointers. */
export function deepPointers(scheme: Scheme): string[] {
  return scheme.message.flatMap((part) =>
    part.kind === 'member' && part.pointer.length > 1 ? [`/${part.pointer.join('/')}`] : [],
  );
}

function parseSignature(text: string): SignaturePlace | undefined {
  const [place = '', tag, ...more] = text.split('#');
  const parsed = more.length > 0 ? undefined : parsePlace(tag === undefined ? text : place);
  if (parsed?.kind === 'header') {
    if (tag !== undefined && !/^[A-Za-z0-9_-]+$/.test(tag)) return undefined;
    return { kind: 'header', name: parsed.name, tag };
  }
  const [name, ...below] = parsed?.kind === 'member' && tag === undefined ? parsed.pointer : [];
  return name === undefined || below.length > 0 ? undefined : { kind: 'member', name };
}

function parseKeyForm(text: string): KeyForm | undefined {
  const [, kind, prefix = ''] = /^(text|base64|hex)(?:[ :]+(\S+))?$/.exec(text) ?? [];
  return kind === undefined ? undefined : { kind: kind as KeyForm['kind'], prefix };
}

function withWays(parts: readonly Part[], ways: readonly Way[] | undefined): readonly Part[] {
  if (ways === undefined) return parts;
  return parts.map((part) => ('ways' in part && part.ways !== undefined ? { ...part, ways } : part));
}

/** The text behind a whole body that is not the last part; a body may not hold it, unless it tells itself where it ends. */
function textThatCutsBody(message: readonly Part[], url: string): string | undefined {
  const at = message.findIndex((part) => part.kind === 'body' && part.ways === undefined);
  if (at === -1 || !message.slice(at + 1).some(isVariable)) return undefined;
  return constantBehind(message, at, url);
}

function readTime(
  settings: SchemeSettings,
  message: readonly Part[] | undefined,
  report: ReportProblem,
): Scheme['time'] {
  const { from, unit, tolerance } = settings.timestamp;
  if (from === '') return undefined;
  const place = parsePlace(from);
  if (place === undefined) {
    report(
      'timestamp.from',
      'expected header:NAME, signature#tag or json:/member',
      `found ${JSON.stringify(from)}`,
    );
    return undefined;
  }
  if (message !== undefined && !isSigned(place, message)) {
    report('timestamp.from', 'expected a part of message, or anybody could write the time', `found ${from}`);
  }
  if (tolerance <= 0) report('timestamp.tolerance', 'expected more than nothing', 'found 0ms');
  return { from: place, unit, toleranceMs: tolerance };
}

function readPlace(key: 'event' | 'id', text: string, report: ReportProblem): Place | undefined {
  if (text === '') return undefined;
  const place = parsePlace(text);
  if (place === undefined) report(key, 'expected json:/member or header:NAME');
  return place;
}

function readWindow(text: string): number | undefined {
  if (text === 'none') return 0;
  return text === 'unknown' ? unknownWindowMs : parseDuration(text);
}

/** Whether what stands at a place is covered by the signature. */
function isSigned(place: Place, message: readonly Part[]): boolean {
  return message.some((part) => {
    if (place.kind === 'header')
      return part.kind === 'header' && part.name.toLowerCase() === place.name.toLowerCase();
    if (place.kind === 'tag') return part.kind === 'tag' && part.tag === place.tag;
    return pointerWithin(part, place) !== undefined;
  });
}

function coverage(message: readonly Part[]): Scheme['covers'] {
  if (message.some(({ kind }) => kind === 'body')) return 'body';
  return message.some(({ kind }) => kind === 'member') ? 'members' : 'nothing';
}

function waysOf(message: readonly Part[]): readonly Way[] {
  return message.flatMap((part) => ('ways' in part ? (part.ways ?? []) : []));
}

/** Which top-level members are read where the body is not signed whole, and what must be there. */
function formOf(parts: {
  message: readonly Part[];
  signature: SignaturePlace;
  covers: Scheme['covers'];
  event: Place | undefined;
  id: Place | undefined;
}): EnvelopeForm {
  const { message, event, id } = parts;
  const members = message.filter((part) => part.kind === 'member');
  const required = [...new Set(members.map(({ pointer }) => pointer[0] as string))];
  const signature = parts.signature.kind === 'member' ? parts.signature.name : undefined;
  const eventName = event?.kind === 'member' && event.pointer.length === 1 ? event.pointer[0] : undefined;
  const read = [event, id].flatMap((place) => (place?.kind === 'member' ? [place.pointer[0] as string] : []));
  const data = members.find(({ ways, pointer }) => ways !== undefined && pointer.length === 1)?.pointer[0];
  return {
    names: [...new Set([...required, ...read, ...(signature === undefined ? [] : [signature])])],
    event: eventName,
    behindEvent: eventName === undefined ? '' : behind(message, eventName),
    signature,
    data,
    required,
    tellsUnsigned: parts.covers === 'members',
  };
}

/** The literal text behind a member in the message. */
function behind(message: readonly Part[], name: string): string {
  const at = message.findIndex(
    (part) => part.kind === 'member' && part.pointer.length === 1 && part.pointer[0] === name,
  );
  const next = at === -1 ? undefined : message[at + 1];
  return next?.kind === 'literal' ? next.text : '';
}
