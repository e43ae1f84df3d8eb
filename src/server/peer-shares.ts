import { isIPv4 } from 'node:net';

/**
 * Counts the connections of each peer, so that clients that nobody listed cannot fill the gate before the address
 * gate sees them. An IPv6 peer is its /64: whoever has one address of it has them all.
 */
export function createPeerShares(maxPerPeer: number) {
  const counts = new Map<string, number>();
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

/** `address` is in the canonical text of the operating system. */
function shareOf(address: string): string {
  if (isIPv4(address)) return address;
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice('::ffff:'.length);
  const [front = '', back] = address.split('::');
  const groups = front === '' ? [] : front.split(':');
  if (back !== undefined) {
    const behind = back === '' ? 0 : back.split(':').length;
    while (groups.length < 8 - behind) groups.push('0');
  }
  return groups
    .concat(back === undefined ? [] : back.split(':'))
    .slice(0, 4)
    .join(':');
}
