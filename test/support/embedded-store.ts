import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { type EmbeddedStoreOptions, openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { createSteppedClock, type SteppedClock } from './stepped-clock.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface TestStore {
  readonly store: DuplicateStore;
  readonly file: string;
  readonly clock: SteppedClock;
  /** What it logged, oldest first. */
  readonly sentences: string[];
}

/** The embedded store on a file of its own, with a clock that the test moves; closed when the test has finished. */
export async function openTestStore({
  clock = createSteppedClock(),
  ...options
}: Partial<EmbeddedStoreOptions> & { readonly clock?: SteppedClock } = {}): Promise<TestStore> {
  const file = options.file ?? join(temporaryDirectory(), 'events.db');
  const sentences: string[] = [];
  const note = (sentence: string): void => void sentences.push(sentence);
  const store = await openEmbeddedStore({
    file,
    now: clock.now,
    wallClock: clock.wallClock,
    lockWaitMs: 200,
    log: { info: note, warn: note, error: note },
    ...options,
  });
  onTestFinished(() => store.close());
  return { store, file, clock, sentences };
}
