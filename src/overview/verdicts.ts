import type { KeyUse } from './record.ts';
import { counted, durationInWords } from './words.ts';

/** `not known yet` is never from an empty memory: it says how long was watched. */
export interface KeyVerdict {
  readonly safeToRemove: boolean;
  readonly reason: string;
}

interface Sender {
  readonly sender: string;
  readonly triesAgainForMs: number;
}

/**
 * A key may go once another key of the route has matched since, and nothing has matched this one for longer than the
 * sender tries again, all of which this process has watched.
 */
export function keyVerdict(
  name: string,
  keys: ReadonlyMap<string, KeyUse>,
  { sender, triesAgainForMs }: Sender,
  nowMs: number,
): KeyVerdict {
  const use = keys.get(name);
  if (use === undefined) return { safeToRemove: false, reason: 'not known yet' };
  if (keys.size === 1) return { safeToRemove: false, reason: 'it is the only key of the route' };
  const quietSinceMs = use.count === 0 ? use.sinceMs : use.lastMs;
  const successor = [...keys].find(
    ([other, { count, lastMs }]) => other !== name && count > 0 && lastMs > quietSinceMs,
  );
  if (successor === undefined)
    return { safeToRemove: false, reason: 'not known yet: no other key has matched an event since' };
  const quietMs = nowMs - quietSinceMs;
  const last = use.count === 0 ? 'has matched nothing since this process has it' : 'last matched';
  const quiet = use.count === 0 ? ` (${durationInWords(quietMs)})` : ` ${durationInWords(quietMs)} ago`;
  if (quietMs <= triesAgainForMs) {
    return {
      safeToRemove: false,
      reason: `not known yet: it ${last}${quiet}, and ${sender} tries again for ${durationInWords(triesAgainForMs)}`,
    };
  }
  return {
    safeToRemove: true,
    reason: `safe to remove: it ${last}${quiet}, longer than ${sender} tries again, and ${successor[0]} has matched since`,
  };
}

export interface Enforcing {
  readonly ready: boolean;
  readonly reason: string;
}

/** A check may be enforced once events came for the sender's whole window and it would have refused none of them. */
export function readyToEnforce({
  events,
  wouldHaveRefused,
  watchedMs,
  route: { sender, triesAgainForMs },
}: {
  readonly events: number;
  readonly wouldHaveRefused: number;
  readonly watchedMs: number;
  readonly route: Sender;
}): Enforcing {
  if (wouldHaveRefused > 0) {
    const many = counted(wouldHaveRefused, 'delivery', 'deliveries');
    return { ready: false, reason: `enforcing it would have refused ${many}: see the deliveries below` };
  }
  if (events === 0) return { ready: false, reason: 'not known yet: no signed event has come' };
  const window = Math.max(triesAgainForMs, leastWatchedMs);
  if (watchedMs < window) {
    return {
      ready: false,
      reason: `not known yet: watched for ${durationInWords(watchedMs)} of the ${durationInWords(window)} in which ${sender} tries again`,
    };
  }
  return {
    ready: true,
    reason: `ready to enforce: it would have refused none of ${counted(events, 'event')} in ${durationInWords(watchedMs)}`,
  };
}

/** A sender that never tries again still has to be seen on more than one day. */
const leastWatchedMs = 24 * 3_600_000;
