import { hostname } from 'node:os';
import type { DuplicateStore } from '../delivery/duplicate-store.ts';
import type { Undelivered } from '../metrics/undelivered.ts';
import { makeOverview, type Overview, type RouteInForce } from '../overview/overview.ts';
import type { DeliveryRecord, WatchedRoute } from '../overview/record.ts';
import { version } from '../version.ts';
import type { Gatehouse } from './gatehouse.ts';
import type { Loaded } from './load.ts';
import type { ReloadState } from './reloader.ts';
import type { Readiness } from './status.ts';

export interface AppOverviewParts {
  readonly record: DeliveryRecord;
  readonly undelivered: Undelivered;
  readonly store: () => DuplicateStore | undefined;
  readonly gatehouse: () => Gatehouse | undefined;
  readonly reloads: () => ReloadState | undefined;
  readonly ready: () => Promise<Readiness>;
  readonly isDraining: () => boolean;
  readonly wallClock: () => number;
}

/** What `GET /overview` answers: the record together with what is in force now. */
export function createOverview(parts: AppOverviewParts): () => Promise<Overview> {
  const startedAtMs = parts.wallClock();
  const host = hostname();
  return async () => {
    const loaded = parts.gatehouse()?.loaded;
    const readiness = await parts.ready();
    const failing = Object.entries(readiness.checks).filter(([, { ok }]) => !ok);
    const reloads = parts.reloads();
    return makeOverview({
      record: parts.record,
      routes: loaded === undefined ? [] : routesInForce(loaded),
      undelivered: parts.undelivered,
      store: (await parts.store()?.health()) ?? { up: false, detail: 'waiting for the store to open' },
      ready: readiness.ready,
      failing: failing.map(([name, { detail }]) => `${name}: ${detail}`),
      instance: { version, host, startedAtMs, draining: parts.isDraining() },
      reloads: { lastSuccess: reloads?.lastSuccess, lastFailure: reloads?.lastFailure },
      warnings: loaded?.warnings ?? [],
      nowMs: parts.wallClock(),
    });
  };
}

/** The sender of every route as yet; it tries again for 48 hours (docs/checksum.md). */
const juicyway = { scheme: 'juicyway', sender: 'Juicyway', triesAgainForMs: 48 * 3_600_000, signsBody: true };

function routesInForce({ config, allowlistEntries }: Loaded): RouteInForce[] {
  return config.routes.map(({ name, path }) => ({
    name,
    path,
    ...juicyway,
    allowlist: { mode: config.allowlist.mode, entries: allowlistEntries },
    checksum: { mode: config.checksum.mode },
  }));
}

/** What the record has to know of the routes in force; called at the start and at each reload. */
export function watchedRoutes(loaded: Loaded): WatchedRoute[] {
  const { config, keys } = loaded;
  return config.routes.map(({ name }) => ({
    name,
    keys: keys.map((key) => key.name),
    checks: `${config.allowlist.mode} ${config.checksum.mode}`,
  }));
}
