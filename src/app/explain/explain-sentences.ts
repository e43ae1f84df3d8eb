import type { Config } from '../../config/config.ts';
import { Answer } from '../../delivery/answer.ts';
import { Rejection } from '../../delivery/rejections.ts';
import { duplicateKeyOf } from '../../gates/duplicate.ts';
import type { Envelope } from '../../schemes/envelope.ts';
import { createEnvelopeScan, wholeBody } from '../../schemes/envelope.ts';
import { createSigningSearch } from '../../schemes/nearest-signing.ts';
import { defaultProfile } from '../../schemes/profiles.ts';
import { matchSentence, remedyFor } from '../../schemes/remedy.ts';
import type { Scheme } from '../../schemes/scheme.ts';
import type { Explained, ExplainQuestion } from './explain-question.ts';
import { timeMistakes, usualMistakes } from './usual-mistakes.ts';

export const addressCodes = ['client_address_unknown', 'address_not_allowed', 'allowlist_empty'];

export function addressSentences(
  { address }: ExplainQuestion,
  hasAllowlist: boolean,
  [first]: readonly Explained[],
): string[] {
  if (address === undefined || first === undefined) return [];
  if (!hasAllowlist) return ['Without --config no allowlist is known.'];
  if (first.ending instanceof Rejection && addressCodes.includes(first.ending.code)) {
    return [`${asSentence(first.ending.detail)} Its body is not read. If it were:`];
  }
  if (first.loaded.route.allowlist.mode === 'off') return ['The allowlist is off.'];
  const observed = first.facts.wouldReject?.find(({ code }) => addressCodes.includes(code));
  return [
    observed === undefined
      ? `${address} is on the allowlist.`
      : `${asSentence(observed.detail)} In mode observe it is let in all the same.`,
  ];
}

const signatureCodes = ['checksum_missing', 'checksum_mismatch', 'timestamp_out_of_tolerance'];

export function bodySentences(
  question: ExplainQuestion,
  config: Config,
  { loaded, ending, facts }: Explained,
): readonly string[] {
  const { scheme } = loaded.route;
  const code = ending instanceof Rejection ? ending.code : undefined;
  const detail = ending instanceof Rejection ? ending.detail : '';
  if (code === 'body_too_large') {
    return [`The body has ${question.body.length} bytes, at most ${config.limits.bodyBytes} are read.`];
  }
  const scan = scheme.form === undefined ? undefined : createEnvelopeScan(scheme.form)(question.body);
  if (scan?.kind === 'fault') {
    return [`The envelope gate refuses it: ${scan.problem} at byte ${scan.offset}.`];
  }
  const envelope = scan?.envelope ?? wholeBody(question.body);
  const unsigned = envelope.unsigned.length;
  const notes = unsigned === 0 ? [] : [`${unsigned} top-level fields are not covered by the checksum.`];
  if (facts.keyName !== undefined) return [...matchSentences(scheme, facts), ...notes];
  const observed = facts.wouldReject?.find(({ code: would }) => signatureCodes.includes(would));
  if (observed === undefined && (code === undefined || !signatureCodes.includes(code))) {
    return detail === '' ? notes : [`It is refused: ${detail}.`, ...notes];
  }
  if (observed !== undefined)
    notes.push('checksum.mode is observe: it reaches the application all the same.');
  const what = observed?.code ?? code;
  if (what === 'checksum_missing') {
    return [
      scheme.signature.kind === 'member'
        ? `The body has no top-level ${scheme.signature.name}.`
        : `The head has no ${scheme.signature.name}; --header '${scheme.signature.name}: …' gives it with a captured body.`,
      ...notes,
    ];
  }
  const refusal = `The checksum gate refuses it: ${observed?.detail ?? detail}.`;
  if (what === 'timestamp_out_of_tolerance') {
    const delivered = { rawHeaders: question.headers ?? [], envelope };
    return [
      refusal,
      'The signature holds: only its time does not. --at says when it arrived.',
      ...timeMistakes(scheme, delivered),
      ...notes,
    ];
  }
  return [refusal, ...signingSentences(question, envelope, loaded), ...notes];
}

function matchSentences(scheme: Scheme, facts: Explained['facts']): string[] {
  if (scheme.name === defaultProfile.name) {
    return [`The checksum holds under key ${facts.keyName}, data encoded as ${facts.encoding}.`];
  }
  const way = scheme.ways.length === 0 ? '' : `, written as ${facts.encoding}`;
  const covers = {
    body: 'the whole body',
    members: 'part of the body only',
    nothing: 'nothing of the body',
  }[scheme.covers];
  const event =
    facts.event === undefined
      ? 'It has no name of an event.'
      : `Its event is ${facts.event}${facts.eventIsSigned ? '' : ', which nobody signed'}.`;
  return [`The signature holds under key ${facts.keyName}${way}; it covers ${covers}.`, event];
}

function signingSentences(
  question: ExplainQuestion,
  envelope: Envelope,
  { route: { scheme, checksum }, secrets }: Explained['loaded'],
): readonly string[] {
  const delivery = { rawHeaders: question.headers ?? [], envelope };
  const nearest = createSigningSearch()(scheme, delivery, [...secrets, ...question.otherKeys]);
  if (nearest === undefined) {
    return [
      'Nothing that was tried matches: the body was changed after it was signed, or signed with a key that is not here.',
      ...(scheme.covers === 'members' ? [lostOrder] : []),
      ...usualMistakes(scheme, delivery),
    ];
  }
  const isLive = secrets.some(({ name }) => name === nearest.keyName);
  const match = matchSentence(scheme, nearest, isLive);
  if (!isLive) return [match, 'Add that key to the keys directory if it is still in use.'];
  return [match, remedyFor(scheme, checksum.waysFrom, nearest).sentence];
}

/** Said wherever nothing matches: the body alone cannot tell this from a forgery. */
const lostOrder =
  'What cannot be found out from the body: a signer that writes the members of data in an order of its own, neither ' +
  'this one nor sorted, when something on the way (a proxy or a log that parses JSON) has put them in another order. ' +
  'Capture the bytes where they arrive, before anything has parsed them.';

/** What comes after the signature depends on the route, which a body does not name: so every route is told of. */
export function routeSentences(outcomes: readonly Explained[]): string[] {
  return outcomes.flatMap(({ loaded, ending }) => {
    const { name } = loaded.route;
    if (ending instanceof Answer) {
      return [
        `Route ${name} answers events of this name with 200 and does not forward them (routes[].events).`,
      ];
    }
    if (!(ending instanceof Rejection)) return [];
    if (ending.code === 'unsigned_fields') {
      return [`Route ${name} refuses fields that are not covered by the checksum.`];
    }
    return outcomes.length === 1 ? [] : [`Route ${name} refuses it: ${ending.code}.`];
  });
}

/** By which somebody who has the body finds what became of the event: in the log, the store, the application. */
export function duplicateKeySentences(outcomes: readonly Explained[]): string[] {
  return outcomes.flatMap(({ loaded, ending }) =>
    'keyName' in ending
      ? [`Its duplicateKey on route ${loaded.route.name}, in the log: ${duplicateKeyOf(ending)}.`]
      : [],
  );
}

export function asSentence(detail: string): string {
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
}
