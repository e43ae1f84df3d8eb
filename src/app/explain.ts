import { compileAddressSet } from '../addresses/address-set.ts';
import { type Key, readKeys } from '../config/keys.ts';
import { type ConfigSources, loadConfig } from '../config/load-config.ts';
import { formatProblem, type Problem } from '../config/problem.ts';
import { Answer } from '../delivery/answer.ts';
import type { Facts } from '../delivery/delivery.ts';
import { Rejection } from '../delivery/rejections.ts';
import { findNearestSigning } from '../envelope/nearest-signing.ts';
import { scanEnvelope } from '../envelope/scan.ts';
import { orderJudgingGates } from '../pipeline/order.ts';
import { passJudging } from '../pipeline/run.ts';
import { capturedDelivery } from './captured-delivery.ts';
import { type Judged, judgePathOf, judgingParts } from './judging-parts.ts';
import { loadEverything } from './load.ts';

/** What `hookgate explain` says of a captured body. */
export interface Explanation {
  /** Code of the refusal; undefined where the body would pass on one route at least. */
  readonly refusedBy: string | undefined;
  /** For people, a sentence each. */
  readonly sentences: readonly string[];
}

export interface ExplainQuestion {
  readonly body: Buffer;
  /** Either a configuration or a keys directory. */
  readonly sources: ConfigSources | undefined;
  readonly keysDirectory: string | undefined;
  readonly address: string | undefined;
  /** Keys that are not live, such as one from before a rotation. */
  readonly otherKeys: readonly Key[];
}

export type ExplainResult =
  | { readonly kind: 'explained'; readonly explanation: Explanation }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/**
 * Leads a captured body through the gates themselves, once for each route, and looks further where its checksum does
 * not hold. Shows no key and no digest.
 */
export async function explain(question: ExplainQuestion): Promise<ExplainResult> {
  const read = await readJudged(question);
  if (read.kind === 'problems') return read;
  const { judged, warnings } = read;
  const outcomes = await judgeOnEachRoute(question, judged);
  // A body is worth explaining even where its sender would not be listened to.
  const heard = outcomes.some(isRefusedByAddress)
    ? await judgeOnEachRoute(question, withoutAllowlist(judged))
    : outcomes;
  const [first] = heard;
  const refusals = outcomes.map(({ ending }) => (ending instanceof Rejection ? ending.code : undefined));
  return {
    kind: 'explained',
    explanation: {
      refusedBy: refusals.includes(undefined) ? undefined : refusals[0],
      sentences: [
        ...addressSentences(question, judged, read.hasAllowlist, outcomes),
        ...(first === undefined ? [] : bodySentences(question, judged, first)),
        ...routeSentences(heard),
        ...warnings.map(asSentence),
      ],
    },
  };
}

interface Outcome {
  readonly route: string;
  /** Undefined where it would be claimed and forwarded. */
  readonly ending: Awaited<ReturnType<typeof passJudging>>;
  readonly facts: Facts;
}

type JudgedRead =
  | {
      readonly kind: 'ok';
      readonly judged: Judged;
      /** False with a keys directory alone. */
      readonly hasAllowlist: boolean;
      /** Of what was read: a key that can hardly be meant explains much. */
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/**
 * Where no address is given, none is judged. One that is given is the sender's own, however `clientAddress` would have
 * found it: the captured body does not tell which proxies it came through.
 */
async function readJudged({ keysDirectory, sources, address }: ExplainQuestion): Promise<JudgedRead> {
  if (keysDirectory === undefined) {
    const result = await loadEverything(sources ?? { env: {}, flags: {} });
    if (result.kind === 'problems') return result;
    const { config, warnings } = result.loaded;
    const clientAddress = { ...config.clientAddress, from: 'peer' } as const;
    const found: Judged = { ...result.loaded, config: { ...config, clientAddress } };
    const judged = address === undefined ? withoutAllowlist(found) : found;
    return { kind: 'ok', judged, hasAllowlist: true, warnings };
  }
  const flags = { upstream: 'http://127.0.0.1', path: '/webhooks/juicyway', keysDirectory };
  const defaults = loadConfig({ env: { HOOKGATE_ALLOWLIST_MODE: 'off' }, flags });
  if (defaults.kind === 'problems') return defaults;
  const read = readKeys(keysDirectory);
  if (read.kind === 'problems') return read;
  const warnings = [...read.warnings, ...read.unmeant.map(formatProblem)];
  const nobody = compileAddressSet([]);
  const judged = { config: defaults.config, keys: read.keys, allowlist: nobody, trustedProxies: nobody };
  return { kind: 'ok', judged, hasAllowlist: false, warnings };
}

async function judgeOnEachRoute({ body, address }: ExplainQuestion, judged: Judged): Promise<Outcome[]> {
  const now = (): number => 0;
  const gates = orderJudgingGates(judgingParts(judged, judgePathOf(judged.config), now));
  const outcomes: Outcome[] = [];
  for (const { name, path } of judged.config.routes) {
    const delivery = capturedDelivery(body, path, address ?? anyAddress);
    outcomes.push({ route: name, ending: await passJudging(gates, delivery), facts: delivery.facts });
  }
  return outcomes;
}

/** Not judged: the allowlist is off where no address is given. */
const anyAddress = '127.0.0.1';

function isRefusedByAddress({ ending }: Outcome): boolean {
  return ending instanceof Rejection && addressCodes.includes(ending.code);
}

function withoutAllowlist(judged: Judged): Judged {
  const { config } = judged;
  return { ...judged, config: { ...config, allowlist: { ...config.allowlist, mode: 'off' } } };
}

const addressCodes = ['client_address_unknown', 'address_not_allowed', 'allowlist_empty'];

function addressSentences(
  { address }: ExplainQuestion,
  { config }: Judged,
  hasAllowlist: boolean,
  [first]: readonly Outcome[],
): string[] {
  if (address === undefined || first === undefined) return [];
  if (!hasAllowlist) return ['Without --config no allowlist is known.'];
  if (first.ending instanceof Rejection && isRefusedByAddress(first)) {
    return [`${asSentence(first.ending.detail)} Its body is not read. If it were:`];
  }
  if (config.allowlist.mode === 'off') return ['The allowlist is off.'];
  const observed = first.facts.wouldReject?.find(({ code }) => addressCodes.includes(code));
  return [
    observed === undefined
      ? `${address} is on the allowlist.`
      : `${asSentence(observed.detail)} In mode observe it is let in all the same.`,
  ];
}

function bodySentences(
  question: ExplainQuestion,
  { config, keys }: Judged,
  { ending, facts }: Outcome,
): readonly string[] {
  const code = ending instanceof Rejection ? ending.code : undefined;
  if (code === 'body_too_large') {
    return [`The body has ${question.body.length} bytes, at most ${config.limits.bodyBytes} are read.`];
  }
  const scan = scanEnvelope(question.body);
  if (scan.kind === 'fault') {
    return [`The envelope gate refuses it: ${scan.problem} at byte ${scan.offset}.`];
  }
  const { envelope } = scan;
  const unsigned = envelope.unsigned.length;
  const notes = unsigned === 0 ? [] : [`${unsigned} top-level fields are not covered by the checksum.`];
  if (facts.keyName !== undefined) {
    return [`The checksum holds under key ${facts.keyName}, data encoded as ${facts.encoding}.`, ...notes];
  }
  const observed = facts.wouldReject?.find(({ code: would }) => would.startsWith('checksum_'));
  if (observed !== undefined)
    notes.push('checksum.mode is observe: it reaches the application all the same.');
  if ((observed?.code ?? code) === 'checksum_missing')
    return ['The body has no top-level checksum.', ...notes];
  const detail = observed?.detail ?? (ending instanceof Rejection ? ending.detail : '');
  const refusal = `The checksum gate refuses it: ${detail}.`;
  return [refusal, ...signingSentences(envelope, keys, question.otherKeys), ...notes];
}

function signingSentences(
  envelope: Parameters<typeof findNearestSigning>[0],
  keys: readonly Key[],
  otherKeys: readonly Key[],
): readonly string[] {
  const nearest = findNearestSigning(envelope, [...keys, ...otherKeys]);
  if (nearest === undefined) {
    return [
      'Nothing that was tried matches: the body was changed after it was signed, or signed with a key that is not here.',
      lostOrder,
    ];
  }
  const isLive = keys.some(({ name }) => name === nearest.keyName);
  const match =
    `Nearest match: key ${nearest.keyName}${isLive ? '' : ', which is not live'}, data encoded as ${nearest.encoding}` +
    `${nearest.differences.length === 0 ? '' : `, with ${nearest.differences.join('; ')}`}.`;
  if (!isLive) return [match, 'Add that key to the keys directory if it is still in use.'];
  return [
    match,
    nearest.differences.length === 0
      ? `Add ${nearest.encoding} to checksum.encodings to accept it.`
      : 'The gate accepts data as received, compact or sorted; the signer has to write one of these.',
  ];
}

/** Said wherever nothing matches, since no look at the body can tell this from a forgery. */
const lostOrder =
  'What cannot be found out from the body: a signer that writes the members of data in an order of its own, neither ' +
  'this one nor sorted, when something on the way (a proxy or a log that parses JSON) has put them in another order. ' +
  'Capture the bytes where they arrive, before anything has parsed them.';

/** What comes after the checksum depends on the route, which a body does not name: so every route is told of. */
function routeSentences(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ route, ending }) => {
    if (ending instanceof Answer) {
      return [
        `Route ${route} answers events of this name with 200 and does not forward them (routes[].events).`,
      ];
    }
    if (!(ending instanceof Rejection)) return [];
    if (ending.code === 'unsigned_fields') {
      return [`Route ${route} refuses fields that are not covered by the checksum.`];
    }
    return outcomes.length === 1 ? [] : [`Route ${route} refuses it: ${ending.code}.`];
  });
}

function asSentence(detail: string): string {
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
}
