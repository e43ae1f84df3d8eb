import { hash } from 'node:crypto';
import { hostname } from 'node:os';
import type { DuplicateStore } from '../../delivery/duplicate-store.ts';
import type { Undelivered } from '../../metrics/undelivered.ts';
import { makeOverview, type Overview, type RouteInForce } from '../../overview/overview.ts';
import type { DeliveryRecord, WatchedRoute } from '../../overview/record.ts';
import { profiles } from '../../schemes/profiles.ts';
import { version } from '../../version.ts';
import type { Loaded } from '../load/load.ts';
import type { GateReadiness } from './gate-status.ts';
import type { Gatehouse } from './gatehouse.ts';
import type { ReloadState } from './reloader.ts';

export interface GateOverviewParts {
  readonly record: DeliveryRecord;
  readonly undelivered: Undelivered;
  readonly store: () => DuplicateStore | undefined;
  readonly gatehouse: () => Gatehouse | undefined;
  readonly reloads: () => ReloadState | undefined;
  readonly ready: () => Promise<GateReadiness>;
  readonly isDraining: () => boolean;
  readonly wallClock: () => number;
}

/** What `GET /overview` answers: the record together with what is in force now. */
export function createOverview(parts: GateOverviewParts): () => Promise<Overview> {
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

function routesInForce({ routes }: Loaded): RouteInForce[] {
  return routes.map(({ route, allowlistEntries }) => {
    const { name, path, scheme, allowlist, checksum } = route;
    return {
      name,
      path,
      scheme: scheme.name,
      sender: senderOf(scheme.name),
      triesAgainForMs: scheme.triesAgainForMs,
      signsBody: scheme.covers !== 'nothing',
      allowlist: { mode: allowlist.mode, entries: allowlistEntries },
      checksum: { mode: checksum.mode },
    };
  });
}

/** As its profile's title calls it; whoever signs by a scheme of the operator's own has no name here. */
function senderOf(profile: string): string {
  const title = profile === 'custom' ? undefined : profiles.find(({ name }) => name === profile)?.title;
  return title?.split(/[:,(]/, 1)[0]?.trim() ?? 'the sender';
}

/** What the record has to know of the routes in force; called at the start and at each reload. */
export function watchedRoutes({ routes }: Loaded): WatchedRoute[] {
  return routes.map(({ route: { name, allowlist, checksum, scheme }, secrets }) => {
    const keys = secrets.map((key) => [key.name, hash('sha256', key.secret)] as const);
    return {
      name,
      keys: new Map(keys),
      checks: `${allowlist.mode} ${checksum.mode}`,
      signing: JSON.stringify([scheme.settings, scheme.ways, keys]),
    };
  });
}
