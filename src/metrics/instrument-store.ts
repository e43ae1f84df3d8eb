import type { DuplicateStore } from '../delivery/duplicate-store.ts';
import type { Metrics } from './metrics.ts';

/** The same store, with every operation counted and `hookgate_duplicate_store_up` kept true. */
export function instrumentStore(store: DuplicateStore, metrics: Metrics): DuplicateStore {
  const count = (operation: string, result: string): void => {
    metrics.storeOperations.inc({ operation, result });
    metrics.storeUp.set(result === 'error' ? 0 : 1);
  };
  const counted = async <T>(
    operation: string,
    run: Promise<T>,
    resultOf: (value: T) => string,
  ): Promise<T> => {
    try {
      const value = await run;
      count(operation, resultOf(value));
      return value;
    } catch (error) {
      count(operation, 'error');
      throw error;
    }
  };
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
      metrics.storeUp.set(health.up ? 1 : 0);
      return health;
    },
    close: () => store.close(),
  };
}
