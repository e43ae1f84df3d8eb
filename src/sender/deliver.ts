import { setTimeout as sleep } from 'node:timers/promises';
import type { Poster, PostResult } from './post.ts';

/** One event on its way to the receiver. */
export interface Parcel {
  /** Counts from 1. */
  readonly number: number;
  readonly event: string;
  readonly reference: string | undefined;
  readonly body: string;
  /** What its sender puts into the head, names and values alternating. */
  readonly headers?: readonly string[];
}

export interface SendingManner {
  /** Deliveries on their way at the same time. */
  readonly concurrency: number;
  /** New deliveries in a second; undefined: as fast as the answers come. */
  readonly rate: number | undefined;
  /** Further attempts after an answer other than 200. Juicyway itself goes on for 48 hours. */
  readonly retries: number;
  readonly retryIntervalMs: number;
}

/**
 * Delivers all parcels, tells every attempt as it ends, and returns how many parcels were sent at least once: all, unless
 * `signal` stopped it, which throws nothing.
 */
export async function deliverAll(
  parcels: Iterable<Parcel>,
  poster: Poster,
  manner: SendingManner,
  signal: AbortSignal,
  onAttempt: (parcel: Parcel, attempt: PostResult) => void,
): Promise<number> {
  const startedMs = performance.now();
  const waiting = parcels[Symbol.iterator]();
  let started = 0;
  let sent = 0;

  async function lane(first: IteratorResult<Parcel>): Promise<void> {
    for (let next = first; !signal.aborted; next = waiting.next()) {
      const { value: parcel, done } = next;
      if (done === true) return;
      if (manner.rate !== undefined) {
        const dueMs = startedMs + (started * 1000) / manner.rate;
        started += 1;
        if (!(await pause(dueMs - performance.now(), signal))) return;
      }
      await deliver(parcel);
    }
  }

  async function deliver(parcel: Parcel): Promise<void> {
    sent += 1;
    for (let retriesLeft = manner.retries; ; retriesLeft -= 1) {
      const attempt = await poster.post(parcel.body, signal, parcel.headers);
      const last = attempt.status === 200 || retriesLeft === 0 || signal.aborted;
      onAttempt(parcel, attempt);
      if (last || !(await pause(manner.retryIntervalMs, signal))) return;
    }
  }

  const lanes: Promise<void>[] = [];
  // No more lanes than there are parcels, however many are allowed.
  while (lanes.length < manner.concurrency && !signal.aborted) {
    const next = waiting.next();
    if (next.done === true) break;
    lanes.push(lane(next));
  }
  await Promise.all(lanes);
  return sent;
}

/** False when the sending was stopped meanwhile. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
