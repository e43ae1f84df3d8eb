/**
 * The right to deliver an event. This room joins what the duplicate store knows with what only this process knows:
 * which attempts are under way here, who waits for their outcome, and what the application accepted although the
 * store could not record it.
 */

import { type ClaimResult, type DuplicateStore, StoreUnavailable } from '../delivery/duplicate-store.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import type { Attempt, Attempts } from './attempts.ts';
import type { Claim, ClaimVerdict } from './claim.ts';
import type { Slots } from './slots.ts';
import type { Unrecorded } from './unrecorded.ts';

export interface Claims {
  /** Asks for the right to deliver the event with this duplicate key. Never rejects. */
  claim(key: string, manner: ClaimManner): Promise<ClaimVerdict>;
}

/** What differs between routes. */
export interface ClaimManner {
  /** How long it is remembered once the application has accepted it. */
  readonly retentionMs: number;
  /** How long the application may take, and so how long a repeat waits for the attempt before it. */
  readonly waitMs: number;
  /** Another key under which it may have been delivered before. */
  readonly otherKey?: string | undefined;
  readonly onAccepted?: (() => void) | undefined;
}

export interface ClaimsOptions {
  readonly store: DuplicateStore;
  readonly attempts: Attempts;
  readonly unrecorded: Unrecorded;
  readonly slots: Slots;
  readonly leaseMs: number;
  /** How many repeats may wait at once. */
  readonly maxWaiters: number;
  readonly whenStoreDown: 'refuse' | 'forward';
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** The claim had lapsed and somebody else holds it now: the event may reach the application twice. */
  readonly onTakenOver: (key: string) => void;
}

export function createClaims(options: ClaimsOptions): Claims {
  const { store, attempts, unrecorded, slots } = options;

  return {
    claim(key, manner) {
      const { otherKey } = manner;
      if (unrecorded.has(key) || (otherKey !== undefined && unrecorded.has(otherKey)))
        return Promise.resolve({ kind: 'delivered' });
      const waiting = { timeoutMs: manner.waitMs, maxWaiters: options.maxWaiters };
      if (otherKey !== undefined && attempts.isUnderWay(otherKey)) return attempts.join(otherKey, waiting);
      const attempt = attempts.begin(key);
      if (attempt === undefined) return attempts.join(key, waiting);
      // The key is ours within this process from here on, also while the store is being asked.
      if (slots.enter()) return ask(key, attempt, manner);
      const verdict: ClaimVerdict = { kind: 'overloaded' };
      attempt.end(verdict);
      return Promise.resolve(verdict);
    },
  };

  async function ask(key: string, attempt: Attempt, manner: ClaimManner): Promise<ClaimVerdict> {
    let verdict: ClaimVerdict;
    try {
      const result = await claimInTime(key, manner);
      if (result.kind === 'claimed')
        return { kind: 'claimed', claim: hold(key, attempt, manner, result.token) };
      verdict =
        result.kind === 'delivered'
          ? { kind: 'delivered' }
          : { kind: 'in_flight', detail: 'another process holds the claim, or died holding it' };
    } catch (error) {
      if (options.whenStoreDown === 'forward') {
        return { kind: 'claimed', claim: hold(key, attempt, manner, undefined) };
      }
      verdict = { kind: 'store_unavailable', detail: whatWentWrong(error) };
    }
    slots.leave();
    attempt.end(verdict);
    return verdict;
  }

  /**
   * A process that stood still may read the answer when the lease is over, and another gate has delivered the event: no
   * timer has had its turn by then. A claim whose lease need not last for the application's answer is made anew.
   */
  async function claimInTime(key: string, { otherKey, waitMs }: ClaimManner): Promise<ClaimResult> {
    for (let tries = 0; tries < 2; tries++) {
      const askedAtMs = options.now();
      const result = await (otherKey === undefined
        ? store.claim(key, options.leaseMs)
        : claimUnlessDelivered(key, otherKey));
      if (result.kind !== 'claimed' || options.now() - askedAtMs + waitMs < options.leaseMs) return result;
      await store.release(key, result.token);
    }
    throw new StoreUnavailable('The claim had lapsed, or nearly, when its answer was read.');
  }

  /** Both are asked at once, so that it takes no longer than one. */
  async function claimUnlessDelivered(key: string, otherKey: string): Promise<ClaimResult> {
    const [known, claimed] = await Promise.allSettled([
      store.isDelivered(otherKey),
      store.claim(key, options.leaseMs),
    ]);
    const giveBack = async (): Promise<void> => {
      if (claimed.status === 'rejected' || claimed.value.kind !== 'claimed') return;
      // Where that fails, the lease ends by itself.
      await store.release(key, claimed.value.token).catch(() => undefined);
    };
    // What either key is known for holds, whatever became of the other: they may lie on two shards of a cluster.
    if (known.status === 'fulfilled' && known.value) {
      await giveBack();
      return { kind: 'delivered' };
    }
    if (claimed.status === 'rejected') throw claimed.reason;
    if (known.status === 'rejected' && claimed.value.kind === 'claimed') {
      await giveBack();
      throw known.reason;
    }
    return claimed.value;
  }

  function hold(
    key: string,
    attempt: Attempt,
    { retentionMs, onAccepted }: ClaimManner,
    token: string | undefined,
  ): Claim {
    return {
      withoutStore: token === undefined,
      async accepted() {
        onAccepted?.();
        if (token !== undefined) {
          try {
            if (await store.confirm(key, token, retentionMs)) return;
            options.onTakenOver(key);
          } catch {
            // The application has accepted, so only a 200 is true now; the memory suppresses repeats meanwhile.
          }
        }
        // Also where somebody else holds the key: should that attempt fail, nobody but this process knows of this one.
        unrecorded.add({ key, token, retentionMs });
      },
      async release() {
        if (token === undefined) return;
        try {
          await store.release(key, token);
        } catch {
          // The lease ends by itself; until then a retry is answered 409, which loses nothing.
        }
      },
      settle(settlement) {
        slots.leave();
        attempt.end({ kind: 'joined', settlement });
      },
    };
  }
}
