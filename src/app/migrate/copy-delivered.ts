import type { DuplicateStore } from '../../delivery/duplicate-store.ts';
import type { DeliveredKey } from '../../stores/embedded/delivered-keys.ts';

export interface CopyFigures {
  /** Recorded by this run. */
  copied: number;
  /** The store had them already. */
  known: number;
  /** Their retention is over. */
  expired: number;
  /** A gate is delivering them now: run the command again. */
  inFlight: number;
}

export interface CopyRules {
  readonly leaseMs: number;
  /** Retention of a key of which nobody knows when it ends. */
  readonly longestMs: number;
  readonly wallClock: () => number;
}

const atOnce = 200;

/**
 * Records keys in another store for what is left of their retention. Uses only what every store can do, so it may run
 * beside gates and again after a failure.
 *
 * @throws StoreUnavailable, with nothing lost: what was not copied is still where it was.
 */
export async function copyDelivered(
  keys: Iterable<DeliveredKey>,
  store: DuplicateStore,
  { leaseMs, longestMs, wallClock }: CopyRules,
): Promise<CopyFigures> {
  const figures: CopyFigures = { copied: 0, known: 0, expired: 0, inFlight: 0 };
  let batch: Promise<void>[] = [];
  for (const key of keys) {
    batch.push(copy(key));
    if (batch.length < atOnce) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  return figures;

  async function copy({ key, endsAt }: DeliveredKey): Promise<void> {
    const leftMs = endsAt === undefined ? longestMs : endsAt - wallClock();
    if (leftMs <= 0) {
      figures.expired += 1;
      return;
    }
    const claim = await store.claim(key, leaseMs);
    if (claim.kind === 'delivered') figures.known += 1;
    else if (claim.kind === 'claimed' && (await store.confirm(key, claim.token, leftMs))) figures.copied += 1;
    else figures.inFlight += 1;
  }
}
