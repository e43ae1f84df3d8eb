import { setTimeout as sleep } from 'node:timers/promises';
import { parseAddress } from '../addresses/address.ts';
import type { AddressSet } from '../addresses/address-set.ts';
import { createAttempts } from '../claims/attempts.ts';
import { createClaims } from '../claims/claims.ts';
import { createSlots } from '../claims/slots.ts';
import { createUnrecorded, type Unrecorded } from '../claims/unrecorded.ts';
import type { DuplicateStore } from '../delivery/duplicate-store.ts';
import { createPassthrough, type Passthrough, type PassthroughOptions } from '../forward/passthrough.ts';
import { createUpstream, type Upstream } from '../forward/upstream.ts';
import { PassThrough } from '../gates/gate.ts';
import type { JudgePath } from '../gates/path.ts';
import { answerProbe } from '../gates/probe.ts';
import type { Log, WriteLine } from '../log/log.ts';
import type { RecentRejections } from '../log/recent-rejections.ts';
import { codeClass, keepKeySeries, type Metrics, zeroRouteSeries } from '../metrics/metrics.ts';
import type { Undelivered } from '../metrics/undelivered.ts';
import { createJournal, type OnRefused } from '../pipeline/journal.ts';
import { orderGates } from '../pipeline/order.ts';
import { createJudge, type Judge } from '../pipeline/run.ts';
import { judgePathOf, judgingParts } from './judging-parts.ts';
import type { Loaded } from './load.ts';
import { createUse, type Use } from './use.ts';

/** The gates as they stand now. A reload swaps one reference; deliveries under way end with what they began with. */
export interface Gatehouse {
  readonly judge: Judge;
  /** Records what was refused outside the gates. */
  readonly onRefused: OnRefused;
  readonly loaded: Loaded;
  /** Wall-clock milliseconds since which the allowlist in force is as it is. */
  readonly allowlistSinceMs: number;
  readonly passthrough: Passthrough | undefined;
  readonly unrecorded: Unrecorded;
  /** Key name → wall-clock milliseconds of its last match. */
  readonly lastMatches: ReadonlyMap<string, number>;
  /** Deliveries in progress. */
  readonly inFlight: number;
  /** Compiles everything anew, then takes it; throws before anything has changed. */
  adopt(loaded: Loaded): void;
  /** Resolves once no delivery is in progress, whatever became of its sender, and after `deadlineMs` at the latest. */
  settled(deadlineMs: number): Promise<void>;
  /** Lets go of the connections to the application. */
  close(): Promise<void>;
}

export interface GatehouseOptions {
  readonly loaded: Loaded;
  readonly store: DuplicateStore;
  readonly log: Log;
  readonly writeLine: WriteLine;
  readonly metrics: Metrics;
  readonly undelivered: Undelivered;
  readonly rejections: RecentRejections;
  readonly isDraining: () => boolean;
  /** Answers a request that was passed through without success. */
  readonly answerRefused: PassthroughOptions['onFailed'];
  readonly now: () => number;
  readonly wallClock: () => number;
}

/** A larger answer than this is of no use to a sender of webhooks; it is read, and not kept. */
const maxAnswerBytes = 64 * 1024;
const unrecordedRetryMs = 1000;
const maxUnrecorded = 100_000;

export function createGatehouse(options: GatehouseOptions): Gatehouse {
  const { store, log, metrics, now } = options;
  const { duplicates, limits } = options.loaded.config;
  const attempts = createAttempts();
  const slots = createSlots(limits.inFlight);
  const unrecorded = createUnrecorded({
    store,
    leaseMs: duplicates.leaseMs,
    retryMs: unrecordedRetryMs,
    maxKeys: maxUnrecorded,
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
  let allowlistSinceMs = options.wallClock();
  let current = compile(options.loaded, undefined);

  return {
    judge: (delivery) => current.judge(delivery),
    get loaded() {
      return current.loaded;
    },
    get allowlistSinceMs() {
      return allowlistSinceMs;
    },
    get passthrough() {
      return current.passthrough;
    },
    get inFlight() {
      return deliveries.count;
    },
    onRefused: journal.onRefused,
    unrecorded,
    lastMatches,
    adopt(loaded) {
      const before = current;
      current = compile(loaded, before);
      if (loaded.allowlistDigest !== before.loaded.allowlistDigest) allowlistSinceMs = options.wallClock();
      // A delivery that still waits for its body has the old application before it.
      if (current.upstream !== before.upstream)
        void before.upstream.use.idle().then(() => before.upstream.close());
      if (current.passthrough !== before.passthrough) before.passthrough?.close();
    },
    async settled(deadlineMs) {
      const deadline = new AbortController();
      const late = sleep(deadlineMs, undefined, { signal: deadline.signal }).catch(() => undefined);
      await Promise.race([deliveries.idle(), late]);
      deadline.abort();
    },
    async close() {
      current.passthrough?.close();
      await current.upstream.close();
    },
  };

  function compile(loaded: Loaded, before: Compiled | undefined): Compiled {
    const { config } = loaded;
    const upstream =
      before !== undefined && sameUpstream(before.loaded, loaded) ? before.upstream : connect(loaded);
    const claims = createClaims({
      store,
      attempts,
      unrecorded,
      slots,
      leaseMs: config.duplicates.leaseMs,
      retentionMs: config.duplicates.retentionMs,
      waitMs: config.upstream.timeoutMs,
      maxWaiters: config.limits.waiters,
      whenStoreDown: config.duplicates.whenStoreDown,
      onTakenOver(duplicateKey) {
        metrics.takenOver.inc();
        log.warn(
          { duplicateKey },
          'the claim had lapsed and was taken over: the event may have been delivered twice',
        );
      },
    });
    const judgePath = judgePathOf(config);
    const gates = orderGates({
      ...judgingParts(loaded, judgePath, now),
      claims,
      slots,
      upstream,
      isDraining: options.isDraining,
    });
    const passthrough = config.otherPaths === 'passthrough' ? openPassthrough(loaded, judgePath) : undefined;
    zeroRouteSeries(
      metrics,
      config.routes.map(({ name }) => name),
    );
    const keyNames = { before: before?.loaded.keys.map(keyName) ?? [], now: loaded.keys.map(keyName) };
    keepKeySeries(metrics, keyNames, config.checksum.encodings);
    metrics.allowlistEntries.set(loaded.allowlistEntries);
    metrics.lastReload.set(options.wallClock() / 1000);
    log.level = config.log.level;
    const judge = createJudge({
      gates,
      onSettled: journal.onSettled,
      onFault: journal.onFault,
      onBegun() {
        deliveries.begin();
        upstream.use.begin();
      },
      onEnded() {
        upstream.use.end();
        deliveries.end();
      },
    });
    return {
      loaded,
      upstream,
      passthrough,
      judge(delivery) {
        const probed = answerProbe(delivery, judgePath);
        if (probed === undefined) return judge(delivery);
        // No delivery, so neither counted nor logged as one: a proof must not look like an attack.
        metrics.probes.inc();
        return probed;
      },
    };
  }

  function connect({ config, upstreamCa }: Loaded): UsedUpstream {
    const rules = { ...config.upstream, caPem: upstreamCa?.toString(), maxAnswerBytes, now };
    return { ...createUpstream(rules), use: createUse() };
  }

  function openPassthrough(
    { config, upstreamCa, trustedProxies }: Loaded,
    judgePath: JudgePath,
  ): Passthrough {
    return createPassthrough({
      ...config.upstream,
      uploadIdleMs: config.limits.uploadIdleMs,
      streamIdleMs: config.limits.streamIdleMs,
      caPem: upstreamCa?.toString(),
      isTrustedProxy: ({ address }) =>
        config.clientAddress.from === 'forwarded' && isIn(trustedProxies, address),
      isPassedThrough: (target) => judgePath(target) instanceof PassThrough,
      isDraining: options.isDraining,
      onAnswered: (status) => metrics.passedThrough.inc({ code_class: codeClass(status) }),
      onFailed(delivery, rejection, to) {
        metrics.passedThrough.inc({ code_class: 'none' });
        journal.onRefused(delivery, rejection);
        options.answerRefused(delivery, rejection, to);
      },
    });
  }
}

interface Compiled {
  readonly loaded: Loaded;
  readonly upstream: UsedUpstream;
  readonly passthrough: Passthrough | undefined;
  readonly judge: Judge;
}

/** With the deliveries that may still hand their event to it. */
interface UsedUpstream extends Upstream {
  readonly use: Use;
}

function isIn(addresses: AddressSet, text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && addresses.has(address);
}

const keyName = ({ name }: { name: string }): string => name;

function sameUpstream(before: Loaded, after: Loaded): boolean {
  const describe = ({ config, upstreamCa }: Loaded) =>
    JSON.stringify([config.upstream, upstreamCa?.toString()]);
  return describe(before) === describe(after);
}
