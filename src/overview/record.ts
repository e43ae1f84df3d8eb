/**
 * The room `overview` holds what the page of the admin port and `hookgate status` tell: what this process has seen since
 * its start, and what follows from it. It reads only; nothing of a body, no key and no checksum ever comes here.
 *
 * Here: what is kept of the deliveries. All of it is bounded, however busy the gate is: the places are made once.
 */
import type { Outcome } from '../delivery/answer.ts';
import { createDurations, type Durations } from './durations.ts';
import { createMinutes, type Minutes } from './minutes.ts';

/** What is kept of one delivery. Texts from outside are cut before they come here. */
export interface Seen {
  /** Wall-clock milliseconds. */
  readonly atMs: number;
  readonly requestId: string;
  readonly route: string;
  readonly outcome: Outcome;
  /** The code of the refusal, and why, where it was refused. */
  readonly reason: string | undefined;
  readonly detail: string | undefined;
  readonly address: string | undefined;
  /** Only of a delivery whose signature held. */
  readonly event: string | undefined;
  readonly key: string | undefined;
  readonly encoding: string | undefined;
  readonly upstreamStatus: number | undefined;
  readonly durationMs: number;
  readonly gateMs: number;
  readonly upstreamMs: number | undefined;
  /** Codes of what a check that only watches let through. */
  readonly wouldReject: readonly string[];
}

/** A sender that is on no allowlist and whose events are signed under a live key. */
export interface UnlistedSender {
  readonly route: string;
  readonly address: string;
  count: number;
  readonly firstMs: number;
  lastMs: number;
}

/** Why an event was refused, as the search beside the deliveries found out. */
export interface NearMissSeen {
  readonly route: string;
  readonly requestId: string;
  readonly key: string;
  readonly match: string;
  readonly remedy: string;
  readonly line: string | undefined;
}

export interface NearMissKept extends NearMissSeen {
  readonly found: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface KeyUse {
  count: number;
  lastMs: number;
  /** Wall-clock milliseconds since which this process has held the key. */
  readonly sinceMs: number;
  /** Tells its content from another's: a new content under an old name has matched nothing yet. */
  readonly content: string;
}

/** What one route has seen. */
export interface RouteRecord {
  readonly minutes: Minutes;
  readonly gate: Durations;
  readonly application: Durations;
  readonly keys: Map<string, KeyUse>;
  /** Deliveries whose signature held, and how many each check that watches would have refused, since `watchedSinceMs`. */
  events: number;
  readonly wouldReject: Map<string, number>;
  /** Wall-clock milliseconds since which the route's checks are what they are. */
  watchedSinceMs: number;
  checks: string;
  signing: string;
}

/** A route as it is in force: what the record has to know of it. */
export interface WatchedRoute {
  readonly name: string;
  /** Name of each key → what tells its content from another's. */
  readonly keys: ReadonlyMap<string, string>;
  /** Tells one set of checks from another; a change begins the watching anew. */
  readonly checks: string;
  /** Tells one scheme with its keys from another; a change makes near misses old news. */
  readonly signing: string;
}

export interface DeliveryRecord {
  add(seen: Seen): void;
  addNearMiss(seen: NearMissSeen): void;
  /** The routes now in force; what was kept of others goes. */
  keep(routes: readonly WatchedRoute[]): void;
  readonly routes: ReadonlyMap<string, RouteRecord>;
  readonly senders: Iterable<UnlistedSender>;
  readonly nearMisses: Iterable<NearMissKept>;
  /** Newest first. */
  latest(): Seen[];
  /** Senders that found no place any more. */
  readonly sendersLeftOut: number;
}

/** Deliveries that are kept whole. */
export const keptDeliveries = 300;
const keptSenders = 200;
const keptNearMisses = 50;
const unlistedCodes: readonly string[] = ['address_not_allowed', 'allowlist_empty'];

export function createRecord({ wallClock }: { readonly wallClock: () => number }): DeliveryRecord {
  const latest: Seen[] = [];
  let next = 0;
  const routes = new Map<string, RouteRecord>();
  const senders = new Map<string, UnlistedSender>();
  let sendersLeftOut = 0;
  /** In the order of their latest find. */
  const nearMisses = new Map<string, NearMissKept>();

  return {
    routes,
    get senders() {
      return senders.values();
    },
    get nearMisses() {
      return nearMisses.values();
    },
    get sendersLeftOut() {
      return sendersLeftOut;
    },
    latest: () => [...latest.slice(next), ...latest.slice(0, next)].reverse(),
    add(seen) {
      latest[next] = seen;
      next = (next + 1) % keptDeliveries;
      const route = routes.get(seen.route);
      if (route === undefined) return;
      route.minutes.add(seen.atMs, seen.outcome);
      route.gate.add(seen.gateMs);
      if (seen.upstreamMs !== undefined) route.application.add(seen.upstreamMs);
      for (const code of seen.wouldReject)
        route.wouldReject.set(code, (route.wouldReject.get(code) ?? 0) + 1);
      if (seen.key === undefined) return;
      route.events += 1;
      const use = route.keys.get(seen.key);
      if (use !== undefined) {
        use.count += 1;
        use.lastMs = seen.atMs;
      }
      if (seen.address !== undefined && seen.wouldReject.some((code) => unlistedCodes.includes(code)))
        noteSender(seen.route, seen.address, seen.atMs);
    },
    addNearMiss(seen) {
      const nowMs = wallClock();
      const place = JSON.stringify([seen.route, seen.key, seen.match, seen.remedy]);
      const { found = 0, firstMs = nowMs } = nearMisses.get(place) ?? {};
      nearMisses.delete(place);
      nearMisses.set(place, { ...seen, found: found + 1, firstMs, lastMs: nowMs });
      const [oldest] = nearMisses.keys();
      if (nearMisses.size > keptNearMisses && oldest !== undefined) nearMisses.delete(oldest);
    },
    keep(wanted) {
      for (const name of routes.keys()) if (!wanted.some((route) => route.name === name)) routes.delete(name);
      for (const [place, { route }] of senders)
        if (!wanted.some(({ name }) => name === route)) senders.delete(place);
      for (const [place, { route }] of nearMisses)
        if (!wanted.some(({ name, signing }) => name === route && signing === routes.get(name)?.signing))
          nearMisses.delete(place);
      for (const route of wanted) keepRoute(route);
    },
  };

  function noteSender(route: string, address: string, atMs: number): void {
    const place = `${route} ${address}`;
    const known = senders.get(place);
    if (known !== undefined) {
      known.count += 1;
      known.lastMs = atMs;
    } else if (senders.size < keptSenders) {
      senders.set(place, { route, address, count: 1, firstMs: atMs, lastMs: atMs });
    } else sendersLeftOut += 1;
  }

  function keepRoute({ name, keys, checks, signing }: WatchedRoute): void {
    const nowMs = wallClock();
    const route = routes.get(name) ?? emptyRoute(checks, nowMs);
    routes.set(name, route);
    route.signing = signing;
    if (route.checks !== checks) {
      route.checks = checks;
      route.watchedSinceMs = nowMs;
      route.events = 0;
      route.wouldReject.clear();
      for (const [place, sender] of senders) if (sender.route === name) senders.delete(place);
    }
    for (const key of route.keys.keys()) if (!keys.has(key)) route.keys.delete(key);
    for (const [key, content] of keys)
      if (route.keys.get(key)?.content !== content)
        route.keys.set(key, { count: 0, lastMs: 0, sinceMs: nowMs, content });
  }
}

function emptyRoute(checks: string, nowMs: number): RouteRecord {
  return {
    minutes: createMinutes(),
    gate: createDurations(),
    application: createDurations(),
    keys: new Map(),
    events: 0,
    wouldReject: new Map(),
    watchedSinceMs: nowMs,
    checks,
    signing: '',
  };
}
