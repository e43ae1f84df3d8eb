import type { DuplicateStore } from '../delivery/duplicate-store.ts';

/**
 * Events that the application accepted although the store could not record it. They are suppressed from memory and
 * tried again in the background until they are recorded; what is left when the process ends is the window in which
 * a repeat reaches the application.
 */
export interface Unrecorded {
  has(key: string): boolean;
  add(accepted: Accepted): void;
  readonly size: number;
  /** Tries all once more and ends the background work; resolves with the keys that are left unrecorded. */
  close(): Promise<readonly string[]>;
}

export interface Accepted {
  readonly key: string;
  /** Of the claim; undefined where the store had not been asked. */
  readonly token: string | undefined;
  /** How long it is to be remembered, from when the store has it. */
  readonly retentionMs: number;
}

export interface UnrecordedOptions {
  readonly store: DuplicateStore;
  readonly leaseMs: number;
  /** The first wait before another try; doubled up to ten seconds while the store stays down. */
  readonly retryMs: number;
  /** Beyond so many, the oldest is forgotten. */
  readonly maxKeys: number;
  /** Every addition is an alarm: repeats depend on this process's memory. */
  readonly onAdded: (key: string) => void;
  readonly onForgotten: (key: string) => void;
}

/** While the store is up again and this process has not told it, another gate lets a repeat through. */
const longestRetryMs = 10_000;
/** Tried at once: one after the other, a hundred thousand would outlast the time that a pod has to end. */
const together = 100;

export function createUnrecorded(options: UnrecordedOptions): Unrecorded {
  const { store } = options;
  const accepted = new Map<string, Accepted>();
  let waitMs = options.retryMs;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  return {
    has: (key) => accepted.has(key),
    add(event) {
      if (accepted.size >= options.maxKeys) forgetOldest();
      accepted.set(event.key, event);
      options.onAdded(event.key);
      schedule();
    },
    get size() {
      return accepted.size;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await recordAll();
      return [...accepted.keys()];
    },
  };

  function schedule(): void {
    if (closed || timer !== undefined || accepted.size === 0) return;
    timer = setTimeout(async () => {
      const before = accepted.size;
      await recordAll();
      waitMs = accepted.size < before ? options.retryMs : Math.min(waitMs * 2, longestRetryMs);
      timer = undefined;
      schedule();
    }, waitMs);
    timer.unref();
  }

  /** Stops at the first failure: the store is down for all of them. */
  async function recordAll(): Promise<void> {
    const waiting = [...accepted.values()];
    for (let first = 0; first < waiting.length; first += together) {
      const tried = waiting.slice(first, first + together).map(async (event) => {
        if (await record(event)) accepted.delete(event.key);
      });
      const ends = await Promise.allSettled(tried);
      if (ends.some(({ status }) => status === 'rejected')) return;
    }
  }

  /** False while another attempt holds the key: it may still fail, and then nobody but this process knows. */
  async function record({ key, token, retentionMs }: Accepted): Promise<boolean> {
    if (token !== undefined) return store.confirm(key, token, retentionMs);
    const result = await store.claim(key, options.leaseMs);
    if (result.kind === 'claimed') return store.confirm(key, result.token, retentionMs);
    return result.kind === 'delivered';
  }

  function forgetOldest(): void {
    for (const key of accepted.keys()) {
      accepted.delete(key);
      options.onForgotten(key);
      return;
    }
  }
}
