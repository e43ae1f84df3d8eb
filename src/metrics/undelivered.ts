/**
 * Since when each verified event has been waiting for the application to accept it. Its sender gives up at some time
 * (`triesAgainFor` in src/schemes/profiles), so the oldest one is the most urgent.
 */
export interface Undelivered {
  /** The application, or the gate after the checksum, did not accept the event. */
  failed(route: string, duplicateKey: string): void;
  delivered(route: string, duplicateKey: string): void;
  /** Events that wait. */
  count(route: string): number;
  /** Seconds since the oldest first failed; 0 when there is none. */
  oldestSeconds(route: string): number;
  /** Duplicate keys of the oldest, `atMost` so many, the oldest first. */
  oldestKeys(route: string, atMost: number): string[];
}

/**
 * Remembers at most `maxEvents` a route, the oldest ones, for `forgetAfterMs`: by then the sender has given up.
 * Only in memory: after a restart the clock starts again with the event's next attempt.
 */
export function createUndelivered(options: {
  now: () => number;
  maxEvents: number;
  /** Asked each time: a reload may bring a sender that tries again for longer. */
  forgetAfterMs: () => number;
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
    count(route) {
      oldestAgeMs(route);
      return routes.get(route)?.size ?? 0;
    },
    oldestSeconds: (route) => (oldestAgeMs(route) ?? 0) / 1000,
    oldestKeys(route, atMost) {
      oldestAgeMs(route);
      const keys: string[] = [];
      for (const key of routes.get(route)?.keys() ?? []) {
        if (keys.length === atMost) break;
        keys.push(key);
      }
      return keys;
    },
  };

  /** Forgets what has lapsed. A Map keeps the order of insertion, so the first of the rest is the oldest. */
  function oldestAgeMs(route: string): number | undefined {
    const events = routes.get(route);
    for (const [key, sinceMs] of events ?? []) {
      const ageMs = options.now() - sinceMs;
      if (ageMs <= options.forgetAfterMs()) return ageMs;
      events?.delete(key);
    }
    return undefined;
  }
}
