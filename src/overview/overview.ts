import type { Outcome } from '../delivery/answer.ts';
import type { StoreHealth } from '../delivery/duplicate-store.ts';
import { type Remedy, remedies } from '../delivery/remedies.ts';
import { allowlistLines } from './allowlist-suggestion.ts';
import { type Headline, headline } from './headline.ts';
import { type NearMissOverview, nearMissesOf } from './near-miss-overview.ts';
import type { DeliveryRecord, RouteRecord } from './record.ts';
import { type Enforcing, type KeyVerdict, keyVerdict, readyToEnforce } from './verdicts.ts';
import { visible } from './visible.ts';

/** What is in force of a route, told by whoever wires the gate. */
export interface RouteInForce {
  readonly name: string;
  readonly path: string;
  readonly scheme: string;
  /** As people call the sender. */
  readonly sender: string;
  /** Milliseconds during which the sender tries again; 0: never. */
  readonly triesAgainForMs: number;
  /** Whether the signature covers the body, so that an address may be learnt from it. */
  readonly signsBody: boolean;
  readonly allowlist: { readonly mode: 'enforce' | 'observe' | 'off'; readonly entries: number };
  readonly checksum: { readonly mode: 'enforce' | 'observe' };
}

/** All that an overview is made from. */
export interface OverviewParts {
  readonly record: DeliveryRecord;
  readonly routes: readonly RouteInForce[];
  readonly undelivered: {
    count(route: string): number;
    /** 0 where there is none. */
    oldestSeconds(route: string): number;
  };
  readonly store: StoreHealth;
  readonly ready: boolean;
  /** Names of the readiness checks that fail, with their sentences. */
  readonly failing: readonly string[];
  readonly instance: {
    readonly version: string;
    readonly host: string;
    readonly startedAtMs: number;
    readonly draining: boolean;
  };
  readonly reloads: {
    readonly lastSuccess: string | undefined;
    readonly lastFailure: { readonly time: string; readonly problems: readonly string[] } | undefined;
  };
  readonly warnings: readonly string[];
  readonly nowMs: number;
}

/** The shape of `GET /overview`; `version` goes up when a member is renamed or means something else, never for a new one. */
const overviewVersion = 1;

export interface Overview {
  readonly version: typeof overviewVersion;
  readonly generatedAt: string;
  readonly headline: Headline;
  readonly instance: {
    readonly version: string;
    readonly host: string;
    readonly startedAt: string;
    readonly draining: boolean;
    readonly ready: boolean;
    readonly failing: readonly string[];
  };
  readonly store: StoreHealth;
  readonly routes: readonly RouteOverview[];
  /** The latest, newest first. */
  readonly deliveries: readonly DeliveryOverview[];
  readonly senders: readonly SenderOverview[];
  readonly nearMisses: readonly NearMissOverview[];
  /** Deliveries of senders for which there was no place in the list. */
  readonly sendersLeftOut: number;
  readonly reloads: OverviewParts['reloads'];
  readonly warnings: readonly string[];
  /** By code: what usually causes it, and what to do. */
  readonly remedies: Readonly<Record<string, Remedy>>;
}

export interface RouteOverview {
  readonly name: string;
  readonly path: string;
  readonly scheme: string;
  readonly sender: string;
  readonly triesAgainForSeconds: number;
  readonly allowlist: RouteInForce['allowlist'];
  readonly checksum: RouteInForce['checksum'];
  /** Deliveries of each of the last minutes by outcome, the oldest first; the last one is under way. */
  readonly perMinute: Readonly<Record<Outcome, readonly number[]>>;
  readonly lastHour: Readonly<Record<Outcome, number>>;
  /** Milliseconds, of the last deliveries; absent where there were none. */
  readonly gateMs: Quantiles | undefined;
  readonly applicationMs: Quantiles | undefined;
  readonly undelivered: { readonly count: number; readonly oldestSeconds: number };
  readonly keys: readonly KeyOverview[];
  /** The checks that only watch. */
  readonly watching: readonly WatchingOverview[];
}

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly count: number;
}

export interface KeyOverview {
  readonly name: string;
  /** Events since this process has held the key. */
  readonly events: number;
  readonly lastMatch: string | null;
  readonly since: string;
  readonly verdict: KeyVerdict;
}

export interface WatchingOverview {
  readonly check: 'allowlist' | 'checksum';
  readonly since: string;
  /** Deliveries that enforcing it would have refused since then. */
  readonly wouldHaveRefused: number;
  readonly verdict: Enforcing;
}

export interface DeliveryOverview {
  readonly time: string;
  readonly requestId: string;
  readonly route: string;
  readonly outcome: Outcome;
  readonly reason?: string | undefined;
  readonly detail?: string | undefined;
  readonly address?: string | undefined;
  readonly event?: string | undefined;
  readonly key?: string | undefined;
  readonly encoding?: string | undefined;
  readonly upstreamStatus?: number | undefined;
  readonly durationMs: number;
  readonly gateMs: number;
  readonly upstreamMs?: number | undefined;
  readonly wouldReject: readonly string[];
}

export interface SenderOverview {
  readonly route: string;
  readonly address: string;
  readonly events: number;
  readonly first: string;
  readonly last: string;
  /** The line for the allowlist's file, and the one for the chart's values. */
  readonly yaml: string;
  readonly values: string;
}

/** Puts together what the page, `hookgate status` and its kin tell. Every text of a stranger's is made visible here. */
export function makeOverview(parts: OverviewParts): Overview {
  const { record, nowMs, instance } = parts;
  const routes = parts.routes.map((route) => routeOverview(route, parts));
  return {
    version: overviewVersion,
    generatedAt: isoTime(nowMs),
    headline: headline({
      ...parts,
      routes,
      nearMisses: nearMissesOf(record),
      refusedLately: refusedLately(parts),
    }),
    instance: {
      version: instance.version,
      host: instance.host,
      startedAt: isoTime(instance.startedAtMs),
      draining: instance.draining,
      ready: parts.ready,
      failing: parts.failing,
    },
    store: parts.store,
    routes,
    deliveries: record.latest().map(({ atMs, ...seen }) => ({
      time: isoTime(atMs),
      ...seen,
      requestId: visible(seen.requestId),
      detail: seen.detail === undefined ? undefined : visible(seen.detail),
      address: seen.address === undefined ? undefined : visible(seen.address),
      event: seen.event === undefined ? undefined : visible(seen.event),
      durationMs: rounded(seen.durationMs),
      gateMs: rounded(seen.gateMs),
      upstreamMs: seen.upstreamMs === undefined ? undefined : rounded(seen.upstreamMs),
    })),
    senders: sendersOf(parts),
    nearMisses: nearMissesOf(record),
    sendersLeftOut: record.sendersLeftOut,
    reloads: parts.reloads,
    warnings: parts.warnings,
    remedies,
  };
}

function routeOverview(route: RouteInForce, { record, undelivered, nowMs }: OverviewParts): RouteOverview {
  const kept = record.routes.get(route.name);
  return {
    name: route.name,
    path: route.path,
    scheme: route.scheme,
    sender: route.sender,
    triesAgainForSeconds: route.triesAgainForMs / 1000,
    allowlist: route.allowlist,
    checksum: route.checksum,
    perMinute: kept?.minutes.read(nowMs) ?? none([]),
    lastHour: kept?.minutes.sum(nowMs, 60) ?? none(0),
    gateMs: kept?.gate.read(),
    applicationMs: kept?.application.read(),
    undelivered: {
      count: undelivered.count(route.name),
      oldestSeconds: Math.round(undelivered.oldestSeconds(route.name)),
    },
    keys: [...(kept?.keys ?? [])].map(([name, use]) => ({
      name,
      events: use.count,
      lastMatch: use.count === 0 ? null : isoTime(use.lastMs),
      since: isoTime(use.sinceMs),
      verdict: keyVerdict(name, kept?.keys ?? new Map(), route, nowMs),
    })),
    watching: watchingOf(route, kept, nowMs),
  };
}

const refusedBy = {
  allowlist: ['address_not_allowed', 'allowlist_empty', 'client_address_unknown'],
  checksum: ['checksum_missing', 'checksum_mismatch', 'timestamp_out_of_tolerance'],
} as const;

const hourMs = 3_600_000;
const behindTheAddress: readonly string[] = [
  ...refusedBy.checksum,
  'body_too_large',
  'unsupported_media_type',
  'malformed_body',
  'unsigned_fields',
];

/** Of what is kept: what was read, and so came from an address that the route admits, and was not taken. */
function refusedLately({ record, nowMs }: OverviewParts): { route: string; reason: string }[] {
  return record
    .latest()
    .flatMap(({ atMs, route, reason = '' }) =>
      nowMs - atMs < hourMs && behindTheAddress.includes(reason) ? [{ route, reason }] : [],
    );
}

function watchingOf(route: RouteInForce, kept: RouteRecord | undefined, nowMs: number): WatchingOverview[] {
  if (kept === undefined) return [];
  return (['allowlist', 'checksum'] as const)
    .filter((check) => route[check].mode === 'observe')
    .map((check) => {
      const wouldHaveRefused = refusedBy[check].reduce(
        (sum, code) => sum + (kept.wouldReject.get(code) ?? 0),
        0,
      );
      return {
        check,
        since: isoTime(kept.watchedSinceMs),
        wouldHaveRefused,
        verdict: readyToEnforce({
          events: kept.events,
          wouldHaveRefused,
          watchedMs: nowMs - kept.watchedSinceMs,
          route,
        }),
      };
    });
}

function sendersOf({ record, routes }: OverviewParts): SenderOverview[] {
  return [...record.senders]
    .filter((sender) => routes.some(({ name, signsBody }) => name === sender.route && signsBody))
    .sort((one, other) => other.count - one.count)
    .map(({ route, address, count, firstMs, lastMs }) => ({
      route,
      address: visible(address),
      events: count,
      first: isoTime(firstMs),
      last: isoTime(lastMs),
      ...allowlistLines(address, route),
    }));
}

function none<Value>(value: Value): Record<Outcome, Value> {
  return {
    forwarded: value,
    duplicate: value,
    filtered: value,
    rejected: value,
    upstream_refused: value,
    upstream_failed: value,
  };
}

const rounded = (ms: number): number => Number(ms.toFixed(2));

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
