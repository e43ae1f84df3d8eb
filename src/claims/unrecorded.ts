import type { DuplicateStore } from '../delivery/duplicate-store.ts';

/**
 * Events that the application accepted although the store could not record it. They are suppressed from memory and
 * tried again in the background until they are recorded; what is left when the process ends is the window in which
 * a repeat reaches the application.
 */
export interface Unrecorded {
  has(key: string): boolean;
  /** `token` of the claim, undefined where the store had not been asked. */
  add(key: string, token: string | undefined): void;
  readonly size: number;
  /** Tries all once more and ends the background work; resolves with how many are left unrecorded. */
  close(): Promise<number>;
}

export interface UnrecordedOptions {
  readonly store: DuplicateStore;
  readonly leaseMs: number;
  readonly retentionMs: number;
  /** The first wait before another try; doubled up to a minute while the store stays down. */
  readonly retryMs: number;
  /** Beyond so many, the oldest is forgotten. */
  readonly maxKeys: number;
  /** Every addition is an alarm: repeats depend on this process's memory. */
  readonly onAdded: (key: string) => void;
  readonly onForgotten: (key: string) => void;
}

const longestRetryMs = 60_000;

export function createUnrecorded(options: UnrecordedOptions): Unrecorded {
  const { store } = options;
  const tokens = new Map<string, string | undefined>();
  let waitMs = options.retryMs;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  return {
    has: (key) => tokens.has(key),
    add(key, token) {
      if (tokens.size >= options.maxKeys) forgetOldest();
      tokens.set(key, token);
      options.onAdded(key);
      schedule();
    },
    get size() {
      return tokens.size;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await recordAll();
      return tokens.size;
    },
  };

  function schedule(): void {
    if (closed || timer !== undefined || tokens.size === 0) return;
    timer = setTimeout(async () => {
      const before = tokens.size;
      await recordAll();
      waitMs = tokens.size < before ? options.retryMs : Math.min(waitMs * 2, longestRetryMs);
      timer = undefined;
      schedule();
    }, waitMs);
    timer.unref();
  }

  /** Stops at the first failure: the store is down for all of them. */
  async function recordAll(): Promise<void> {
    for (const [key, token] of [...tokens]) {
      try {
        if (await record(key, token)) tokens.delete(key);
      } catch {
        return;
      }
    }
  }

  async function record(key: string, token: string | undefined): Promise<boolean> {
    if (token !== undefined) {
      await store.confirm(key, token, options.retentionMs);
      return true; // or somebody else holds it, and will record the same fact
    }
    const result = await store.claim(key, options.leaseMs);
    if (result.kind === 'claimed') await store.confirm(key, result.token, options.retentionMs);
    return result.kind !== 'in_flight';
  }

  function forgetOldest(): void {
    for (const key of tokens.keys()) {
      tokens.delete(key);
      options.onForgotten(key);
      return;
    }
  }
}
