import { compileAddressSet } from '../../addresses/address-set.ts';
import { createBufferedBytes } from '../../claims/buffered-bytes.ts';
import type { Config } from '../../config/config.ts';
import { readKeys } from '../../config/keys.ts';
import { loadConfig } from '../../config/load-config.ts';
import { formatProblem, type Problem, problemAt } from '../../config/problem.ts';
import { Rejection } from '../../delivery/rejections.ts';
import type { Upstream } from '../../forward/upstream.ts';
import { orderJudgingGates } from '../../pipeline/order.ts';
import { passJudging } from '../../pipeline/run.ts';
import { isDecoded, type LiveKey, readLiveKey } from '../../schemes/live-key.ts';
import { namedScheme } from '../../schemes/named-scheme.ts';
import { defaultProfile } from '../../schemes/profiles.ts';
import { judgePathOf } from '../judge-path-of.ts';
import { loadEverything } from '../load/load.ts';
import type { LoadedRoute } from '../load/load-routes.ts';
import { liveRoutes } from '../serve/live-routes.ts';
import { capturedDelivery } from './captured-delivery.ts';
import type { Explained, ExplainQuestion } from './explain-question.ts';
import {
  addressCodes,
  addressSentences,
  asSentence,
  bodySentences,
  duplicateKeySentences,
  routeSentences,
} from './explain-sentences.ts';

/** What `hookgate explain` says of a captured body. */
export interface Explanation {
  /** Code of the refusal; undefined where the body would pass on one route at least. */
  readonly refusedBy: string | undefined;
  /** For people, a sentence each. */
  readonly sentences: readonly string[];
}

export type ExplainResult =
  | { readonly kind: 'explained'; readonly explanation: Explanation }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/**
 * Leads a captured body through the gates themselves, once for each route, and looks further where its signature does
 * not hold. Shows no secret, and no signature that would hold.
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
  const told = heard.find(({ facts }) => facts.keyName !== undefined) ?? heard[0];
  const refusals = outcomes.map(({ ending }) => (ending instanceof Rejection ? ending.code : undefined));
  return {
    kind: 'explained',
    explanation: {
      refusedBy: refusals.includes(undefined) ? undefined : refusals[0],
      sentences: [
        ...addressSentences(question, read.hasAllowlist, outcomes),
        ...(told === undefined ? [] : bodySentences(question, judged.config, told)),
        ...routeSentences(heard),
        // With a keys directory alone the route's name, which is part of it, is not known.
        ...(read.hasAllowlist ? duplicateKeySentences(heard) : []),
        ...warnings.map(asSentence),
      ],
    },
  };
}

interface Judged {
  readonly config: Config;
  readonly routes: readonly LoadedRoute[];
  readonly trustedProxies: ReturnType<typeof compileAddressSet>;
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
async function readJudged(question: ExplainQuestion): Promise<JudgedRead> {
  const { keysDirectory, sources, address, route } = question;
  if (keysDirectory !== undefined) return readKeysAlone(keysDirectory, question);
  const result = await loadEverything(sources ?? { env: {}, flags: {} });
  if (result.kind === 'problems') return result;
  const { config, warnings, routes, trustedProxies } = result.loaded;
  const clientAddress = { ...config.clientAddress, from: 'peer' } as const;
  const chosen = routes.filter(
    (loaded) =>
      (route === undefined || loaded.route.name === route) &&
      (question.scheme === undefined || loaded.route.scheme.name === question.scheme),
  );
  if (chosen.length === 0) {
    const named = route === undefined ? '' : ` ${route}`;
    const found = `no route${named}${question.scheme === undefined ? '' : ` of scheme ${question.scheme}`}`;
    const names = routes.map((loaded) => `${loaded.route.name} (${loaded.route.scheme.name})`).join(', ');
    const problem = problemAt(
      { source: result.loaded.configFile ?? 'flags' },
      'routes',
      found,
      `expected one of ${names}`,
    );
    return { kind: 'problems', problems: [problem] };
  }
  const found: Judged = { config: { ...config, clientAddress }, routes: chosen, trustedProxies };
  const judged = address === undefined ? withoutAllowlist(found) : found;
  return { kind: 'ok', judged, hasAllowlist: true, warnings };
}

/** One route, with the keys of a directory and one profile. */
function readKeysAlone(
  keysDirectory: string,
  { scheme: profile = defaultProfile.name, publicUrl }: ExplainQuestion,
): JudgedRead {
  const flags = { upstream: 'http://127.0.0.1', path: '/webhooks/juicyway', keysDirectory };
  const defaults = loadConfig({ env: { HOOKGATE_ALLOWLIST_MODE: 'off' }, flags });
  if (defaults.kind === 'problems') return defaults;
  const named = namedScheme(profile, publicUrl);
  const areDecoded = named.kind === 'scheme' && isDecoded(named.scheme);
  const read = readKeys(keysDirectory, { areDecoded });
  if (read.kind === 'problems') return read;
  const warnings = [...read.warnings, ...read.unmeant.map(formatProblem)];
  if (named.kind === 'none') {
    const problem = problemAt({ source: '--scheme' }, '', `found ${profile}`, named.sentence);
    return { kind: 'problems', problems: [problem] };
  }
  const { scheme } = named;
  // The path among the flags makes one route.
  const route = defaults.config.routes[0] as Config['routes'][number];
  const nobody = compileAddressSet([]);
  const keys: LiveKey[] = [];
  for (const key of read.keys) {
    const live = readLiveKey(scheme, key);
    if (live.kind === 'key') keys.push(live.key);
    else warnings.push(`Key ${key.name} cannot be used: ${live.expected}.`);
  }
  const loaded: LoadedRoute = {
    route: { ...route, scheme },
    secrets: read.keys,
    keys,
    admits: nobody,
    allowlistEntries: 0,
    allowlistDigest: '',
    upstreamCa: undefined,
    signingKeys: undefined,
  };
  const judged = { config: defaults.config, routes: [loaded], trustedProxies: nobody };
  return { kind: 'ok', judged, hasAllowlist: false, warnings };
}

async function judgeOnEachRoute(question: ExplainQuestion, judged: Judged): Promise<Explained[]> {
  const arrivedMs = question.arrivedMs ?? Date.now();
  const routes = liveRoutes(
    judged,
    () => noApplication,
    () => arrivedMs,
  );
  const gates = orderJudgingGates({
    config: judged.config,
    judgePath: judgePathOf(judged.config, routes),
    trustedProxies: judged.trustedProxies,
    buffered: createBufferedBytes(() => Number.POSITIVE_INFINITY),
    now: () => 0,
    wallClock: () => arrivedMs,
  });
  const outcomes: Explained[] = [];
  for (const loaded of judged.routes) {
    const delivery = capturedDelivery(
      question.body,
      loaded.route.path,
      question.address ?? anyAddress,
      question.headers,
    );
    outcomes.push({ loaded, ending: await passJudging(gates, delivery), facts: delivery.facts });
  }
  return outcomes;
}

/** The judging gates forward nothing. */
const noApplication: Upstream = {
  send: () => Promise.reject(new Error('nothing is forwarded here')),
  close: () => Promise.resolve(),
};

/** Not judged: the allowlist is off where no address is given. */
const anyAddress = '127.0.0.1';

function isRefusedByAddress({ ending }: Explained): boolean {
  return ending instanceof Rejection && addressCodes.includes(ending.code);
}

function withoutAllowlist(judged: Judged): Judged {
  return {
    ...judged,
    routes: judged.routes.map((loaded) => ({
      ...loaded,
      route: { ...loaded.route, allowlist: { ...loaded.route.allowlist, mode: 'off' } },
    })),
  };
}
