import type { Route } from '../config/config.ts';
import { Answer } from '../delivery/answer.ts';
import type { Unverified, Verified } from './checksum.ts';
import type { Gate } from './gate.ts';

/** Whether a route takes events of this name. */
export type Wanted = (event: string) => boolean;

/**
 * Answers verified events that the route does not want with 200, so that the sender does not try again, and
 * without forwarding them. Unverified ones (observe mode) go on: nobody vouches for their event name.
 */
export function createEventsGate(
  routes: readonly Route[],
): Gate<Verified | Unverified, Verified | Unverified> {
  const filters = new Map(routes.map((route) => [route.name, compilePatterns(route.events)]));
  return (stage) => {
    if (!('keyName' in stage)) return stage;
    const wanted = filters.get(stage.route.name);
    return wanted === undefined || wanted(stage.envelope.event) ? stage : new Answer('filtered', 200, []);
  };
}

/**
 * `*` takes all, for which undefined stands; `payment.*` takes every name that starts with `payment.`; anything else
 * only itself.
 */
export function compilePatterns(patterns: readonly string[]): Wanted | undefined {
  if (patterns.includes('*')) return undefined;
  const names = new Set(patterns.filter((pattern) => !pattern.endsWith('*')));
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  return (event) => names.has(event) || prefixes.some((prefix) => event.startsWith(prefix));
}
