/** The store without a file: bounded, for tests and demonstrations. A restart forgets everything. */
import type { ClaimResult, DuplicateStore } from '../delivery/duplicate-store.ts';
import { StoreUnavailable } from '../delivery/duplicate-store.ts';
import { createInFlightClaims } from './in-flight-claims.ts';

export interface MemoryStoreOptions {
  /** Keys at most, delivered and in flight together. */
  readonly maxKeys: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

const claimed = (token: string): ClaimResult => ({ kind: 'claimed', token });
const inFlight: ClaimResult = { kind: 'in_flight' };
const delivered: ClaimResult = { kind: 'delivered' };

/**
 * When it is full of keys whose retention has not ended, it refuses new claims with `StoreUnavailable` rather than
 * forget one: a forgotten key lets a repeat through in silence, while a refused event comes again. A claim has its
 * place counted from the start, so that confirming it never fails for want of room.
 */
export function createMemoryStore(options: MemoryStoreOptions): DuplicateStore {
  const { maxKeys, now } = options;
  const claims = createInFlightClaims(now);
  /** Key → monotonic end of its retention, oldest record first. */
  const ends = new Map<string, number>();
  let closed = false;

  const isFull = (): boolean => {
    if (ends.size + claims.size < maxKeys) return false;
    const time = now();
    for (const [key, end] of ends) if (end <= time) ends.delete(key);
    claims.removeLapsed(claims.size);
    return ends.size + claims.size >= maxKeys;
  };

  const unavailable = (): StoreUnavailable | undefined =>
    closed ? new StoreUnavailable('The duplicate store is closed.') : undefined;

  return {
    answersWithinMs: 0,
    async claim(key, leaseMs) {
      const fault = unavailable();
      if (fault) throw fault;
      if (claims.holder(key)) return inFlight;
      const end = ends.get(key);
      if (end !== undefined) {
        if (now() < end) return delivered;
        ends.delete(key);
      }
      if (isFull()) {
        throw new StoreUnavailable(
          `The memory store is full: it holds ${maxKeys} keys and forgets none before its retention ends.`,
        );
      }
      return claimed(claims.hold(key, leaseMs).token);
    },
    async confirm(key, token, retentionMs) {
      const fault = unavailable();
      if (fault) throw fault;
      const claim = claims.startRecording(key, token);
      if (claim === undefined) return false;
      ends.delete(key);
      ends.set(key, now() + retentionMs);
      claims.endRecording(claim, true);
      return true;
    },
    async release(key, token) {
      const fault = unavailable();
      if (fault) throw fault;
      claims.release(key, token);
    },
    async isDelivered(key) {
      const fault = unavailable();
      if (fault) throw fault;
      return now() < (ends.get(key) ?? Number.NEGATIVE_INFINITY);
    },
    async health() {
      if (closed) return { up: false, detail: 'The memory store is closed.' };
      const full = isFull();
      return {
        up: !full,
        detail: full
          ? `The memory store is full (${maxKeys} keys) and refuses new events; use the embedded store.`
          : `The memory store holds ${ends.size} of at most ${maxKeys} keys; a restart forgets them.`,
        remembered: ends.size,
      };
    },
    async close() {
      closed = true;
    },
  };
}
