import type { Config } from '../../config/config.ts';
import { formatProblem } from '../../config/problem.ts';
import type { DuplicateStore, StoreHealth } from '../../delivery/duplicate-store.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Undelivered } from '../../metrics/undelivered.ts';
import { nearMissesOf } from '../../overview/near-miss-overview.ts';
import type { DeliveryRecord } from '../../overview/record.ts';
import { lastMatchOf } from '../../pipeline/journal.ts';
import type { Readiness } from '../../server/admin.ts';
import { version } from '../../version.ts';
import type { Loaded } from '../load/load.ts';
import { createStrikeOff } from './delivered-elsewhere.ts';
import type { Gatehouse } from './gatehouse.ts';
import { answersOnlyOnLoopback, onlyOnLoopback } from './only-on-loopback.ts';
import type { ReloadState } from './reloader.ts';
import { routeStatus } from './route-status.ts';

export interface StatusParts {
  readonly metrics: Metrics;
  readonly undelivered: Undelivered;
  readonly record: Pick<DeliveryRecord, 'nearMisses'>;
  /** Undefined until the store is open. */
  readonly store: () => DuplicateStore | undefined;
  readonly gatehouse: () => Gatehouse | undefined;
  readonly reloads: () => ReloadState | undefined;
  readonly isDraining: () => boolean;
  readonly startedAt: string;
  readonly wallClock: () => number;
}

export interface GateReadiness extends Readiness {
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>;
}

/** What the admin port tells: readiness, `/status`, and the gauges that are read at the moment of a scrape. */
export function createStatus(parts: StatusParts) {
  const strikeOff = createStrikeOff(parts.undelivered);
  return {
    async ready(): Promise<GateReadiness> {
      const gatehouse = parts.gatehouse();
      const store = await healthOf(parts.store());
      const config = gatehouse?.loaded.config;
      const storeIsOptional = config?.duplicates.whenStoreDown === 'forward';
      const checks = {
        config: check(gatehouse !== undefined, 'loaded', 'not in force yet'),
        keys: check(hasKeys(gatehouse), 'loaded', 'none are loaded'),
        allowlist: check(!refusesEverybody(gatehouse), 'loaded', 'it is empty, so every delivery is refused'),
        store: { ok: store.up || storeIsOptional, detail: store.detail },
        ...(await applicationCheck(config?.upstream)),
        shutdown: check(!parts.isDraining(), 'not requested', 'the gate is shutting down'),
      };
      return { ready: Object.values(checks).every(({ ok }) => ok), checks };
    },

    async metrics(): Promise<{ contentType: string; body: string }> {
      const { metrics } = parts;
      const gatehouse = parts.gatehouse();
      metrics.inFlight.set(gatehouse?.inFlight ?? 0);
      metrics.unrecorded.set(gatehouse?.unrecorded.size ?? 0);
      const store = parts.store();
      // Asking keeps hookgate_duplicate_store_up true also while no events come.
      const { up, damaged = 0 } = await healthOf(store);
      metrics.damagedRecords.set(damaged);
      const { routes = [], duplicates } = gatehouse?.loaded.config ?? {};
      const names = routes.map(({ name }) => name);
      if (up && store !== undefined && duplicates?.store === 'redis') await strikeOff(store, names);
      // A route that a reload has taken away must not be told of for ever as it last was.
      metrics.oldestUndelivered.reset();
      for (const route of names)
        metrics.oldestUndelivered.set({ route }, parts.undelivered.oldestSeconds(route));
      return { contentType: metrics.registry.contentType, body: await metrics.registry.metrics() };
    },

    async status(): Promise<object> {
      const gatehouse = parts.gatehouse();
      const loaded = gatehouse?.loaded;
      return {
        version,
        node: process.version,
        startedAt: parts.startedAt,
        draining: parts.isDraining(),
        config: {
          digest: loaded?.digest,
          file: loaded?.configFile,
          ...parts.reloads(),
          clientAddressFrom: loaded?.config.clientAddress.from,
          routes: loaded?.config.routes.map(({ name, path }) => ({ name, path })),
          held: loaded?.held.map(formatProblem),
          warnings: loaded?.warnings,
        },
        keys: loaded === undefined ? undefined : keysOf(loaded, gatehouse?.lastMatches),
        routes: loaded?.routes.map((route) => routeStatus(route, gatehouse?.lastMatches ?? new Map())),
        nearMisses: nearMissesOf(parts.record),
        allowlist: ageOf(gatehouse?.allowlistSinceMs, parts.wallClock()),
        store: { kind: loaded?.config.duplicates.store, ...(await healthOf(parts.store())) },
        inFlight: gatehouse?.inFlight,
        unrecorded: gatehouse?.unrecorded.size,
      };
    },
  };
}

function check(ok: boolean, good: string, bad: string): { ok: boolean; detail: string } {
  return { ok, detail: ok ? good : bad };
}

/** Only where the gate calls given addresses; an application that is down is no reason to take no events. */
async function applicationCheck(upstream: Config['upstream'] | undefined): Promise<GateReadiness['checks']> {
  if (upstream === undefined || upstream.addresses.length === 0) return {};
  const isMissed = await answersOnlyOnLoopback(upstream);
  return { application: check(!isMissed, 'not on loopback alone', onlyOnLoopback(upstream)) };
}

function hasKeys(gatehouse: Gatehouse | undefined): boolean {
  return gatehouse?.loaded.routes.some(({ keys }) => keys.length > 0) ?? false;
}

/** One route that refuses everybody is no reason to take the others from their senders; /status names it. */
function refusesEverybody(gatehouse: Gatehouse | undefined): boolean {
  const routes = gatehouse?.loaded.routes ?? [];
  return (
    routes.length > 0 &&
    routes.every(({ route, admits }) => route.allowlist.mode === 'enforce' && admits.size === 0)
  );
}

/** The names of all live keys, each once, with its last match on any route. */
function keysOf(loaded: Loaded, lastMatches: ReadonlyMap<string, number> = new Map()): object[] {
  const names = new Set(loaded.routes.flatMap(({ keys }) => keys.map(({ name }) => name)));
  return [...names].map((name) => {
    const matches = loaded.routes.flatMap(
      ({ route }) => lastMatches.get(lastMatchOf(route.name, name)) ?? [],
    );
    return { name, lastMatch: isoTime(matches.length === 0 ? undefined : Math.max(...matches)) };
  });
}

async function healthOf(store: DuplicateStore | undefined): Promise<StoreHealth> {
  return store === undefined ? { up: false, detail: 'waiting for the store to open' } : store.health();
}

function ageOf(sinceMs: number | undefined, nowMs: number): object {
  if (sinceMs === undefined) return {};
  return { since: isoTime(sinceMs), ageSeconds: Math.max(0, Math.round((nowMs - sinceMs) / 1000)) };
}

function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
