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
  /**
   * Tries all again and again, for some seconds at most, and ends the background work; resolves with the keys that are left
   * unrecorded.
   */
  close(): Promise<readonly string[]>;
}

export interface Accepted {
  readonly key: string;
  /** Of the claim; undefined where the store had not been asked. */
  readonly token: string | undefined;
  /** How long it is to be remembered from now on, however late the store has it. */
  readonly retentionMs: number;
}

interface Kept {
  readonly key: string;
  /** Also of a claim that was made here, so that the next try is not kept out by it. */
  token: string | undefined;
  /** Monotonic milliseconds. */
  readonly endsAtMs: number;
  /** The round in which it was tried last; 0 before its first. */
  triedIn: number;
}

export interface UnrecordedOptions {
  readonly store: DuplicateStore;
  readonly leaseMs: number;
  /** The first wait before another try; doubled up to ten seconds while the store stays down. */
  readonly retryMs: number;
  /** Beyond so many, the oldest is forgotten. */
  readonly maxKeys: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Every addition is an alarm: repeats depend on this process's memory. */
  readonly onAdded: (key: string) => void;
  readonly onForgotten: (key: string) => void;
}

/** While the store is up again and this process has not told it, another gate lets a repeat through. */
const longestRetryMs = 10_000;
/** Tried at once: one after the other, a hundred thousand would outlast the time that a pod has to end. */
const together = 500;
/** A stop begins no more tries after it, so that its last lines are written before the pod's time is over. */
const closeWithinMs = 5000;
/** Between the rounds of a stop: a store may come back within its time. */
const closePauseMs = 250;

export function createUnrecorded(options: UnrecordedOptions): Unrecorded {
  const { store, now } = options;
  const accepted = new Map<string, Kept>();
  let round: Promise<unknown> = Promise.resolve();
  let rounds = 0;
  let waitMs = options.retryMs;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  return {
    has(key) {
      const kept = accepted.get(key);
      return kept !== undefined && now() < kept.endsAtMs;
    },
    add({ key, token, retentionMs }) {
      if (accepted.size >= options.maxKeys) forgetOldest();
      accepted.set(key, { key, token, endsAtMs: now() + retentionMs, triedIn: 0 });
      options.onAdded(key);
      schedule();
    },
    get size() {
      return accepted.size;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      // What a round under way has claimed is not free for another until it has recorded that.
      await round;
      const untilMs = now() + closeWithinMs;
      await recordAll(untilMs);
      while (accepted.size > 0 && now() < untilMs) {
        await new Promise((resolve) => setTimeout(resolve, closePauseMs));
        await recordAll(untilMs);
      }
      return [...accepted.keys()];
    },
  };

  function schedule(): void {
    if (closed || timer !== undefined || accepted.size === 0) return;
    timer = setTimeout(async () => {
      const tries = recordAll();
      round = tries;
      waitMs = (await tries) ? options.retryMs : Math.min(waitMs * 2, longestRetryMs);
      timer = undefined;
      schedule();
    }, waitMs);
    timer.unref();
  }

  /**
   * One round over all; gives whether any was recorded. A part of the store may be down, such as one shard of a cluster:
   * so a round goes on for as long as anything is answered, the last one until `untilMs`, and begins with what was not
   * tried for longest, lest those that fail keep the others waiting.
   */
  async function recordAll(untilMs?: number): Promise<boolean> {
    const goesOn = (): boolean => (untilMs === undefined ? !closed : now() < untilMs);
    for (const kept of accepted.values()) if (kept.endsAtMs <= now()) accepted.delete(kept.key);
    const waiting = [...accepted.values()].sort((a, b) => a.triedIn - b.triedIn);
    rounds += 1;
    let anyRecorded = false;
    for (let first = 0; first < waiting.length && goesOn(); first += together) {
      const tried = waiting.slice(first, first + together).map(async (kept) => {
        kept.triedIn = rounds;
        if (!(await record(kept))) return;
        anyRecorded = true;
        // Meanwhile its retention may have ended, and another event of the key may have taken its place.
        if (accepted.get(kept.key) === kept) accepted.delete(kept.key);
      });
      const ends = await Promise.allSettled(tried);
      if (untilMs === undefined && ends.every(({ status }) => status === 'rejected')) break;
    }
    return anyRecorded;
  }

  /** False while another attempt holds the key: it may still fail, and then nobody but this process knows. */
  async function record(kept: Kept): Promise<boolean> {
    if (kept.token === undefined) {
      const result = await store.claim(kept.key, options.leaseMs);
      if (result.kind !== 'claimed') return result.kind === 'delivered';
      kept.token = result.token;
    }
    return store.confirm(kept.key, kept.token, Math.max(1, kept.endsAtMs - now()));
  }

  function forgetOldest(): void {
    for (const key of accepted.keys()) {
      accepted.delete(key);
      options.onForgotten(key);
      return;
    }
  }
}
