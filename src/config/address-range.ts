import { formatAddress } from '../addresses/address.ts';
import { parseRange } from '../addresses/range.ts';

/** An address or CIDR in canonical text (`203.0.113.7`, `2001:db8::/48`). */
export type AddressRange =
  | { readonly kind: 'range'; readonly text: string; readonly everyone: boolean; readonly linkLocal: boolean }
  | { readonly kind: 'invalid'; readonly expected: string };

/**
 * Reads an address or a CIDR as the address gate does, and says it in canonical text: an IPv4-mapped range
 * is the IPv4 range. Host bits behind the prefix are refused, since then it is unclear whether one address or
 * its network was meant.
 */
export function parseAddressRange(text: string): AddressRange {
  if (text.includes('%')) return { kind: 'invalid', expected: 'expected an address without zone id' };
  const parsed = parseRange(text);
  if (parsed.kind === 'invalid') return { kind: 'invalid', expected: parsed.problem };
  const { first } = parsed.range;
  const name = formatAddress(first);
  const slash = text.indexOf('/');
  const linkLocal = /^fe[89ab].:/.test(name);
  if (slash === -1) return { kind: 'range', text: name, everyone: false, linkLocal };
  const mapped = first.family === 4 && text.lastIndexOf(':', slash) !== -1;
  const prefix = Number(text.slice(slash + 1)) - (mapped ? 96 : 0);
  const single = prefix === (first.family === 4 ? 32 : 128);
  return { kind: 'range', text: single ? name : `${name}/${prefix}`, everyone: prefix === 0, linkLocal };
}

/**
 * Said of a range within fe80::/10. A socket reports such a peer with the zone of its link (`fe80::1%eth0`), and zone
 * ids are refused everywhere: the same address on another link is another machine, and an entry could not say which.
 */
export const linkLocalCaution =
  'a link-local sender comes with a zone id and is refused, so this admits nobody; it needs another address';
