import { shareOf } from '../addresses/share.ts';
import { BriefMap } from '../values/brief-map.ts';

/**
 * Counts the connections of each peer, so that clients that nobody listed cannot fill the gate before the address
 * gate sees them. An IPv6 peer is its /64: whoever has one address of it has them all.
 */
export function createPeerShares(maxPerPeer: number) {
  const counts = new BriefMap<string, number>();
  return {
    /** Takes a place for `address`; undefined when it has used up its share. Call the result once to give it back. */
    take(address: string): (() => void) | undefined {
      const peer = shareOf(address);
      const count = counts.get(peer) ?? 0;
      if (count >= maxPerPeer) return undefined;
      counts.set(peer, count + 1);
      return () => {
        const left = (counts.get(peer) ?? 1) - 1;
        if (left > 0) counts.set(peer, left);
        else counts.delete(peer);
      };
    },
  };
}
