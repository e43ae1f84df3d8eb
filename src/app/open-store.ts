import type { Config } from '../config/config.ts';
import { type DuplicateStore, StoreRefused } from '../delivery/duplicate-store.ts';
import type { Log } from '../log/log.ts';

/** A second gate on the same file is often one that is just ending: so long it is waited for. */
const lockWaitMs = 30_000;
const memoryStoreKeys = 100_000;

/**
 * Opens the duplicate store that the configuration names. Only its own code is loaded.
 *
 * @throws StoreRefused with a sentence for the operator.
 */
export async function openStore(
  config: Config,
  clocks: { now: () => number; wallClock: () => number },
  log: Log,
): Promise<DuplicateStore> {
  const { store, embedded } = config.duplicates;
  switch (store) {
    case 'embedded': {
      const { openEmbeddedStore } = await import('../stores/embedded/embedded-store.ts');
      return openEmbeddedStore({
        file: embedded.file,
        ...clocks,
        lockWaitMs,
        // Thrown where nobody catches it: that ends the gate with 1 and the sentence, so that somebody looks. A gate that
        // stayed would refuse every event for as long as it ran.
        onDamaged: (sentence) =>
          void setImmediate(() => {
            throw new StoreRefused(sentence);
          }),
        // Not a child of the log, which would keep the level that was in force when it was made.
        log: {
          info: (sentence) => log.info({ store }, sentence),
          warn: (sentence) => log.warn({ store }, sentence),
          error: (sentence) => log.error({ store }, sentence),
        },
      });
    }
    case 'memory': {
      const { createMemoryStore } = await import('../stores/memory.ts');
      log.warn('duplicates.store is memory: a restart forgets what was delivered; for demonstrations only');
      return createMemoryStore({ maxKeys: memoryStoreKeys, now: clocks.now });
    }
    case 'redis':
      return (await import('../stores/redis/open-redis-store.ts')).openRedisStore({
        settings: config.duplicates.redis,
        now: clocks.now,
        onUp: () => log.info({ store }, 'the duplicate store answers'),
        onDown: (trouble) => log.error({ store, trouble }, 'the duplicate store cannot be used'),
      });
  }
}
