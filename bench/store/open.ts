import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { type EmbeddedStoreOptions, openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';

/** A store whose clocks the benchmark can set on, past the minutes in which a start removes nothing. */
export async function openBenchStore(
  file: string,
  options: Partial<EmbeddedStoreOptions> = {},
): Promise<{ store: DuplicateStore; setOn: (ms: number) => void }> {
  let aheadMs = 0;
  const store = await openEmbeddedStore({
    file,
    now: () => performance.now() + aheadMs,
    wallClock: () => Date.now() + aheadMs,
    lockWaitMs: 0,
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (sentence) => {
        throw new Error(sentence);
      },
    },
    ...options,
  });
  return { store, setOn: (ms) => (aheadMs += ms) };
}

/** Resolves once the store has counted what it remembers. */
export async function counted(store: DuplicateStore): Promise<number> {
  for (;;) {
    const { remembered } = await store.health();
    if (remembered !== undefined) return remembered;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
