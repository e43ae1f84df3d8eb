import { setTimeout as sleep } from 'node:timers/promises';
import type { DuplicateStore } from '../../delivery/duplicate-store.ts';
import type { Undelivered } from '../../metrics/undelivered.ts';

/** Whoever scrapes gives up after some seconds, and then sees nothing at all. */
const patienceMs = 500;
/** Asked at once. Usually the oldest is undelivered, and one question tells. */
const firstBatch = 1;
const growth = 10;
const largestBatch = 100;

/**
 * An event that failed here may have been delivered by another replica, to which its retry went; without this it would
 * count here as undelivered until its sender has given up. The function asks the store, and only about the oldest ones,
 * since only their age is shown. It resolves after half a second at the latest, with the rest still under way (one look
 * at a time, however many ask), and never rejects.
 */
export function createStrikeOff(
  undelivered: Undelivered,
  /** For tests. */
  patience: () => Promise<unknown> = () => sleep(patienceMs, undefined, { ref: false }),
): (store: DuplicateStore, routes: readonly string[]) => Promise<void> {
  let running: Promise<unknown> | undefined;
  return async (store, routes) => {
    running ??= Promise.all(routes.map((route) => strikeOff(store, route))).finally(() => {
      running = undefined;
    });
    await Promise.race([running, patience()]);
  };

  async function strikeOff(store: DuplicateStore, route: string): Promise<void> {
    try {
      for (let size = firstBatch; ; size = Math.min(largestBatch, size * growth)) {
        const keys = undelivered.oldestKeys(route, size);
        const delivered = await Promise.all(keys.map((key) => store.isDelivered(key)));
        for (const [place, key] of keys.entries()) if (delivered[place]) undelivered.delivered(route, key);
        if (keys.length === 0 || delivered.includes(false)) return;
      }
    } catch {
      // The store cannot say now; the age that is known here stands.
    }
  }
}
