import type { ClaimResult, DuplicateStore } from '../delivery/duplicate-store.ts';
import type { Metrics } from './metrics.ts';

/** The same store, with every operation counted and `hookgate_duplicate_store_up` kept true. */
export function instrumentStore(store: DuplicateStore, metrics: Metrics): DuplicateStore {
  const count = (operation: string, result: string): void => {
    metrics.storeOperations.inc(operation, result);
    setUp(result !== 'error');
  };
  let wasUp: boolean | undefined;
  /** Twice a delivery; the gauge is touched only where it changes. */
  const setUp = (up: boolean): void => {
    if (up === wasUp) return;
    wasUp = up;
    metrics.storeUp.set(up ? 1 : 0);
  };
  /** What counts one operation, made once: closures for every call would be most of what counting allocates. */
  const counting = <T>(operation: string, resultOf: (value: T) => string) => ({
    done(value: T): T {
      count(operation, resultOf(value));
      return value;
    },
    failed(error: unknown): never {
      count(operation, 'error');
      throw error;
    },
  });
  const claims = counting('claim', ({ kind }: ClaimResult) => kind);
  const confirms = counting('confirm', (held: boolean) => (held ? 'recorded' : 'taken_over'));
  const releases = counting<void>('release', () => 'released');
  return {
    answersWithinMs: store.answersWithinMs,
    claim: (key, leaseMs) => store.claim(key, leaseMs).then(claims.done, claims.failed),
    confirm: (key, token, retentionMs) =>
      store.confirm(key, token, retentionMs).then(confirms.done, confirms.failed),
    release: (key, token) => store.release(key, token).then(releases.done, releases.failed),
    // Asked for a gauge alone, so it is not counted among what deliveries do.
    isDelivered: (key) => store.isDelivered(key),
    async health() {
      const health = await store.health();
      setUp(health.up);
      return health;
    },
    close: () => store.close(),
  };
}
