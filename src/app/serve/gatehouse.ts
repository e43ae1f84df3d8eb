import { setTimeout as sleep } from 'node:timers/promises';
import { createAttempts } from '../../claims/attempts.ts';
import { createBufferedBytes } from '../../claims/buffered-bytes.ts';
import { createClaims } from '../../claims/claims.ts';
import { createOccurrences } from '../../claims/occurrences.ts';
import { createSlots } from '../../claims/slots.ts';
import { createUnrecorded, type Unrecorded } from '../../claims/unrecorded.ts';
import type { DuplicateStore } from '../../delivery/duplicate-store.ts';
import type { Judge } from '../../delivery/judge.ts';
import type { Passthrough } from '../../forward/passthrough.ts';
import { createStandstill } from '../../forward/standstill.ts';
import type { Log, WriteLine } from '../../log/log.ts';
import type { RecentRejections } from '../../log/recent-rejections.ts';
import { keepKeySeries, type Metrics, zeroRouteSeries } from '../../metrics/metrics.ts';
import type { Undelivered } from '../../metrics/undelivered.ts';
import type { NearMisses, SearchedRoute } from '../../near-misses/near-misses.ts';
import type { DeliveryRecord } from '../../overview/record.ts';
import { answerProbe } from '../../pipeline/answer-probe.ts';
import { createJournal, type OnRefused } from '../../pipeline/journal.ts';
import { orderGates } from '../../pipeline/order.ts';
import { createJudge } from '../../pipeline/run.ts';
import { judgePathOf } from '../judge-path-of.ts';
import type { Loaded } from '../load/load.ts';
import { type ApplicationsDraft, createApplications, maxAnswerBytes } from './applications.ts';
import { liveRoutes } from './live-routes.ts';
import { openStreams } from './open-streams.ts';
import { createUse, type Use } from './use.ts';

/** The gates as they stand now. A reload swaps one reference; deliveries under way end with what they began with. */
export interface Gatehouse {
  readonly judge: Judge;
  /** Records what was refused outside the gates. */
  readonly onRefused: OnRefused;
  readonly loaded: Loaded;
  /** When the allowlist that is in force was last changed; wall-clock milliseconds. */
  readonly allowlistSinceMs: number;
  /** Undefined while nothing is passed through. */
  readonly streams: Passthrough | undefined;
  readonly unrecorded: Unrecorded;
  /** `lastMatchOf` a route and a key → wall-clock milliseconds of its last match. */
  readonly lastMatches: ReadonlyMap<string, number>;
  /** Deliveries in progress. */
  readonly inFlight: number;
  /** By the configurations that deliveries in progress began with. */
  readonly longest: LongestTimes;
  /** Compiles everything anew and changes nothing; throws where something cannot be used. */
  lookOver(loaded: Loaded): LookedOver;
  /** Puts what was looked over in force, in one step that cannot fail. */
  adopt(next: LookedOver): void;
  /** Resolves once no delivery is in progress, whatever became of its sender, and after `deadlineMs` at the latest. */
  settled(deadlineMs: number): Promise<void>;
  /** Lets go of the connections to the application. */
  close(): Promise<void>;
}

export interface LongestTimes {
  /** How long an application may take to answer, the wait for a connection included; milliseconds. */
  readonly answerMs: number;
  /** How long a delivery may take: its body, its claim, the application, and the record or the release; milliseconds. */
  readonly deliveryMs: number;
}

/** A configuration that is compiled whole and not in force yet. */
export interface LookedOver {
  readonly loaded: Loaded;
  readonly applications: ApplicationsDraft;
  /** Counts the deliveries that may still hand an event to one of these applications. */
  readonly use: Use;
  readonly streams: Passthrough | undefined;
  readonly judge: Judge;
}

export interface GatehouseOptions {
  readonly loaded: Loaded;
  readonly store: DuplicateStore;
  readonly log: Log;
  readonly writeLine: WriteLine;
  readonly metrics: Metrics;
  readonly undelivered: Undelivered;
  readonly rejections: RecentRejections;
  readonly record: DeliveryRecord;
  readonly nearMisses: NearMisses;
  readonly isDraining: () => boolean;
  readonly now: () => number;
  readonly wallClock: () => number;
}

const unrecordedRetryMs = 1000;
const maxUnrecorded = 100_000;
const maxOccurrences = 10_000;

export function createGatehouse(options: GatehouseOptions): Gatehouse {
  const { store, log, metrics, now } = options;
  const { duplicates, limits } = options.loaded.config;
  const attempts = createAttempts();
  const slots = createSlots(limits.inFlight);
  const ofStreams = options.loaded.config.otherPaths === 'passthrough' ? limits.bufferedBytes / 2 : 0;
  // At least room for two of the largest events, however small the bound is set: a body that is allowed must get through.
  const buffered = createBufferedBytes(() =>
    Math.max(limits.bufferedBytes - ofStreams, 2 * (current.loaded.config.limits.bodyBytes + maxAnswerBytes)),
  );
  const standstill = createStandstill(ofStreams);
  const unrecorded = createUnrecorded({
    store,
    leaseMs: duplicates.leaseMs,
    retryMs: unrecordedRetryMs,
    maxKeys: maxUnrecorded,
    now,
    onAdded: (duplicateKey) =>
      log.error(
        { duplicateKey },
        'the application accepted an event that the duplicate store did not record',
      ),
    onForgotten(duplicateKey) {
      metrics.forgotten.inc({ reason: 'too_many' });
      log.error({ duplicateKey }, 'too many unrecorded events: a repeat of this one reaches the application');
    },
  });
  const lastMatches = new Map<string, number>();
  const journal = createJournal({ ...options, lastMatches });
  const deliveries = createUse();
  const applications = createApplications(now);
  const occurrences = createOccurrences({ now, maxKeys: maxOccurrences });
  let allowlistSinceMs = options.wallClock();
  /** No longer in force, and deliveries that began with them are under way. */
  const endings = new Set<LookedOver>();
  let current = lookOver(options.loaded);
  current.applications.take(Promise.resolve());
  showInForce(options.loaded);

  return {
    judge: (delivery) => current.judge(delivery),
    get loaded() {
      return current.loaded;
    },
    get allowlistSinceMs() {
      return allowlistSinceMs;
    },
    get streams() {
      return current.streams;
    },
    get inFlight() {
      return deliveries.count;
    },
    get longest() {
      const loads = [current, ...endings].map(({ loaded }) => loaded);
      const answerMs = Math.max(...loads.map(longestAnswerOf));
      const bodyMs = Math.max(...loads.map(({ config }) => config.limits.bodyTimeMs));
      return { answerMs, deliveryMs: bodyMs + answerMs + 2 * store.answersWithinMs };
    },
    onRefused: journal.onRefused,
    unrecorded,
    lastMatches,
    lookOver,
    adopt(next) {
      const before = current;
      current = next;
      const isOver = before.use.idle();
      endings.add(before);
      void isOver.then(() => endings.delete(before));
      next.applications.take(isOver);
      before.streams?.close();
      if (next.loaded.allowlistDigest !== before.loaded.allowlistDigest)
        allowlistSinceMs = options.wallClock();
      showInForce(next.loaded);
    },
    async settled(deadlineMs) {
      const deadline = new AbortController();
      const late = sleep(deadlineMs, undefined, { signal: deadline.signal }).catch(() => undefined);
      await Promise.race([deliveries.idle(), late]);
      deadline.abort();
    },
    async close() {
      current.streams?.close();
      await applications.close();
    },
  };

  function lookOver(loaded: Loaded): LookedOver {
    const { config } = loaded;
    const draft = applications.draft();
    const routes = liveRoutes(loaded, draft.find, options.wallClock);
    const claims = createClaims({
      store,
      attempts,
      unrecorded,
      slots,
      leaseMs: config.duplicates.leaseMs,
      maxWaiters: config.limits.waiters,
      whenStoreDown: config.duplicates.whenStoreDown,
      now,
      onTakenOver(duplicateKey) {
        metrics.takenOver.inc();
        log.warn(
          { duplicateKey },
          'the claim had lapsed and was taken over: the event may have been delivered twice',
        );
      },
    });
    const judgePath = judgePathOf(config, routes);
    const searched = searchedRoutes(loaded);
    const gates = orderGates({
      config,
      judgePath,
      trustedProxies: loaded.trustedProxies,
      claims,
      occurrences,
      slots,
      buffered,
      isDraining: options.isDraining,
      now,
      wallClock: options.wallClock,
      onMismatch({ requestId, facts, head }, body) {
        const route = searched.get(facts.route);
        const { address } = facts;
        if (route !== undefined)
          options.nearMisses.consider({ requestId, address, rawHeaders: head.rawHeaders, body }, route);
      },
    });
    const use = createUse();
    const judge = createJudge({
      gates,
      onSettled: journal.onSettled,
      onFault: journal.onFault,
      onBegun() {
        deliveries.begin();
        use.begin();
      },
      onEnded() {
        use.end();
        deliveries.end();
      },
    });
    return {
      loaded,
      applications: draft,
      use,
      streams: openStreams(loaded, judgePath, { ...options, standstill, onRefused: journal.onRefused }),
      judge(delivery) {
        const probed = answerProbe(delivery, judgePath);
        if (probed === undefined) return judge(delivery);
        // A probe is no delivery: counted and logged as one that was refused, it would look like an attack.
        metrics.probes.inc();
        return probed;
      },
    };
  }

  /** Sets the gauges to what is in force now. */
  function showInForce({ config, routes, held }: Loaded): void {
    zeroRouteSeries(
      metrics,
      config.routes.map(({ name }) => name),
    );
    keepKeySeries(
      metrics,
      routes.map(({ route, keys }) => ({
        route: route.name,
        keys: keys.map(({ name }) => name),
        encodings: route.scheme.ways.length === 0 ? ['received'] : route.scheme.ways.map(({ name }) => name),
      })),
    );
    metrics.allowlistEntries.reset();
    for (const { route, allowlistEntries } of routes)
      if (route.allowlist.mode !== 'off')
        metrics.allowlistEntries.set({ route: route.name }, allowlistEntries);
    if (held.length === 0) metrics.lastReload.set(options.wallClock() / 1000);
    log.level = config.log.level;
  }
}

function longestAnswerOf({ routes }: Loaded): number {
  return Math.max(...routes.map(({ route: { upstream } }) => upstream.timeoutMs));
}

function searchedRoutes({ routes }: Loaded): ReadonlyMap<string, SearchedRoute> {
  return new Map(
    routes.map(({ route: { name, scheme, checksum }, secrets, admits }) => [
      name,
      { name, scheme, waysFrom: checksum.waysFrom, secrets, admits },
    ]),
  );
}
