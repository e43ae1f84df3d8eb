import type { DuplicateStore } from '../delivery/duplicate-store.ts';
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
  const counted = <T>(operation: string, run: Promise<T>, resultOf: (value: T) => string): Promise<T> =>
    run.then(
      (value) => {
        count(operation, resultOf(value));
        return value;
      },
      (error) => {
        count(operation, 'error');
        throw error;
      },
    );
  return {
    claim: (key, leaseMs) => counted('claim', store.claim(key, leaseMs), (result) => result.kind),
    confirm: (key, token, retentionMs) =>
      counted('confirm', store.confirm(key, token, retentionMs), (held) =>
        held ? 'recorded' : 'taken_over',
      ),
    release: (key, token) => counted('release', store.release(key, token), () => 'released'),
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
