/**
 * The 48-hour clock: since when each verified event has been waiting for the application to accept it. The sender
 * gives up after 48 hours (JUICYWAY.md, "Delivery"), so the oldest one is the most urgent.
 */
export interface Undelivered {
  /** The application, or the gate after the checksum, did not accept the event. */
  failed(route: string, duplicateKey: string): void;
  delivered(route: string, duplicateKey: string): void;
  /** Seconds since the oldest first failed; 0 when there is none. */
  oldestSeconds(route: string): number;
  /** Duplicate key of the oldest. */
  oldestKey(route: string): string | undefined;
}

/**
 * Remembers at most `maxEvents` a route, the oldest ones, for `forgetAfterMs`: by then the sender has given up.
 * Only in memory: after a restart the clock starts again with the event's next attempt.
 */
export function createUndelivered(options: {
  now: () => number;
  maxEvents: number;
  forgetAfterMs: number;
}): Undelivered {
  const routes = new Map<string, Map<string, number>>();

  return {
    failed(route, key) {
      let events = routes.get(route);
      if (events === undefined) {
        events = new Map();
        routes.set(route, events);
      }
      if (events.size < options.maxEvents && !events.has(key)) events.set(key, options.now());
    },
    delivered(route, key) {
      routes.get(route)?.delete(key);
    },
    oldestSeconds: (route) => (oldest(route)?.ageMs ?? 0) / 1000,
    oldestKey: (route) => oldest(route)?.key,
  };

  /** A Map keeps the order of insertion, so the first that has not lapsed is the oldest. */
  function oldest(route: string): { key: string; ageMs: number } | undefined {
    const events = routes.get(route);
    for (const [key, sinceMs] of events ?? []) {
      const ageMs = options.now() - sinceMs;
      if (ageMs <= options.forgetAfterMs) return { key, ageMs };
      events?.delete(key);
    }
    return undefined;
  }
}
