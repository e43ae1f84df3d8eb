/** What a duplicate store says to a claim. */
export type ClaimResult =
  | { readonly kind: 'claimed'; readonly token: string }
  | { readonly kind: 'in_flight' }
  | { readonly kind: 'delivered' };

/**
 * The memory of what was delivered. Every implementation passes the same contract suite
 * (test/stores/contract.ts).
 *
 * A key is the lower-case hex of a SHA-256 digest (64 characters). A token names one claim, and no other of any
 * process: a claim that was taken over after its lease cannot be confirmed or released by its first holder.
 * Every method rejects with `StoreUnavailable` when the store cannot answer; nothing else is ever thrown.
 */
export interface DuplicateStore {
  /** How long one operation may take, milliseconds: by then it is answered or rejected. */
  readonly answersWithinMs: number;
  /** Atomically claims `key` for `leaseMs` milliseconds, by the store's own clock, unless it is delivered or claimed. */
  claim(key: string, leaseMs: number): Promise<ClaimResult>;
  /**
   * Records the key as delivered for `retentionMs`; resolves only when the record is durable. Resolves false when
   * the claim is no longer held by `token` and somebody else holds it now; then nothing is changed. A claim that
   * lapsed without being taken over is recorded. Confirming again with the same token resolves true.
   */
  confirm(key: string, token: string, retentionMs: number): Promise<boolean>;
  /** Gives the claim up, so that the next delivery may claim it. Does nothing when `token` does not hold it. */
  release(key: string, token: string): Promise<void>;
  /** Whether the key is recorded as delivered now, by whomever. Changes nothing. */
  isDelivered(key: string): Promise<boolean>;
  /** Whether the store would answer now; for readiness, `/status` and `check`. Never rejects. */
  health(): Promise<StoreHealth>;
  /** Makes all that was confirmed durable and lets go of files and connections. */
  close(): Promise<void>;
}

export interface StoreHealth {
  readonly up: boolean;
  /** One sentence for people; names no secret. */
  readonly detail: string;
  /** Remembered delivered keys, where that is cheap to tell. */
  readonly remembered?: number;
  /** Records that were found not to be as they were written, where the store can tell. */
  readonly damaged?: number;
}

/** The store cannot answer. `cause` has the original error. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The store cannot be opened as configured; the message is a sentence with the remedy. Ends the process with 1. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}
