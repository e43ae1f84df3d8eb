import { Answer } from '../delivery/answer.ts';
import type { Unverified, Verified } from './checksum.ts';
import type { Gate } from './gate.ts';
import type { TakesEvent } from './live-route.ts';

/**
 * Answers verified events that the route does not want with 200, so that the sender does not try again, and
 * without forwarding them. Unverified ones (observe mode) go on: nobody vouches for their event name.
 */
export function createEventsGate(): Gate<Verified | Unverified, Verified | Unverified> {
  return (stage) => {
    if (!('keyName' in stage)) return stage;
    const { wants } = stage.route;
    return wants === undefined || wants(stage.identity.event) ? stage : new Answer('filtered', 200, []);
  };
}

/**
 * `*` takes all, also what has no name, for which undefined stands; `payment.*` takes every name that starts with
 * `payment.`; anything else only itself.
 */
export function compilePatterns(patterns: readonly string[]): TakesEvent | undefined {
  if (patterns.includes('*')) return undefined;
  const names = new Set(patterns.filter((pattern) => !pattern.endsWith('*')));
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  return (event) =>
    event !== undefined && (names.has(event) || prefixes.some((prefix) => event.startsWith(prefix)));
}
