import type { DuplicateStore } from '../delivery/duplicate-store.ts';
import type { Undelivered } from '../metrics/undelivered.ts';

/**
 * Strikes off the events that failed here and went through another replica: the retry finds any of them, and this one
 * would count the event as undelivered until its sender has given up. Looks at the oldest ones alone, since nothing else is
 * shown. Never rejects.
 */
export async function strikeOffDelivered(
  store: DuplicateStore,
  undelivered: Undelivered,
  routes: readonly string[],
): Promise<void> {
  await Promise.all(routes.map(strikeOff));

  async function strikeOff(route: string): Promise<void> {
    try {
      for (;;) {
        const key = undelivered.oldestKey(route);
        if (key === undefined || !(await store.isDelivered(key))) return;
        undelivered.delivered(route, key);
      }
    } catch {
      // The store cannot say now; the age that is known here stands.
    }
  }
}
