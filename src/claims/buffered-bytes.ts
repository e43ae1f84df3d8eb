import type { Held } from '../delivery/delivery.ts';
import { BriefMap } from '../values/brief-map.ts';

/** Whom bytes are held for: one sender, and whether the allowlist names it. */
export interface Owner {
  /** Tells one sender from another; `shareOf` of its address. */
  readonly share: string;
  readonly isListed: boolean;
}

/** All the bytes that the process holds for bodies and answers, counted together. */
export interface BufferedBytes {
  /** Opens the account of one delivery, which holds nothing yet. */
  open(owner: Owner): Held;
  /** Taken now. */
  readonly taken: number;
}

/**
 * Limits one by one do not add up to one: a thousand bodies of 255 KiB are within each of them and fill a small pod.
 *
 * Half of the room is never given to senders that no list names. Of what it may have, a sender takes at most as much
 * as it leaves free, so that there is always room for the next one; its first bytes need only room.
 */
export function createBufferedBytes(maxBytes: () => number): BufferedBytes {
  const perShare = new BriefMap<string, number>();
  let taken = 0;
  let takenUnlisted = 0;

  function mayTake({ share, isListed }: Owner, bytes: number): boolean {
    const max = maxBytes();
    let free = max - taken - bytes;
    if (!isListed) free = Math.min(free, max / 2 - takenUnlisted - bytes);
    const own = perShare.get(share) ?? 0;
    return free >= 0 && (own === 0 || own + bytes <= free);
  }

  function add({ share, isListed }: Owner, bytes: number): void {
    taken += bytes;
    if (!isListed) takenUnlisted += bytes;
    const own = (perShare.get(share) ?? 0) + bytes;
    if (own > 0) perShare.set(share, own);
    else perShare.delete(share);
  }

  /** A class, since closures would be made anew for every delivery. */
  class Account implements Held {
    #owner: Owner;
    #bytes = 0;
    constructor(owner: Owner) {
      this.#owner = owner;
    }

    take(bytes: number): boolean {
      if (!mayTake(this.#owner, bytes)) return false;
      this.#bytes += bytes;
      add(this.#owner, bytes);
      return true;
    }

    giveBack(): void {
      if (this.#bytes > 0) add(this.#owner, -this.#bytes);
      this.#bytes = 0;
    }
  }

  return {
    open: (owner) => new Account(owner),
    get taken() {
      return taken;
    },
  };
}
