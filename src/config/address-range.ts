import { formatAddress } from '../addresses/address.ts';
import { parseRange } from '../addresses/range.ts';

/** An address or CIDR in canonical text (`203.0.113.7`, `2001:db8::/48`). */
export type AddressRange =
  | { readonly kind: 'range'; readonly text: string; readonly everyone: boolean }
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
  if (slash === -1) return { kind: 'range', text: name, everyone: false };
  const mapped = first.family === 4 && text.lastIndexOf(':', slash) !== -1;
  const prefix = Number(text.slice(slash + 1)) - (mapped ? 96 : 0);
  const single = prefix === (first.family === 4 ? 32 : 128);
  return { kind: 'range', text: single ? name : `${name}/${prefix}`, everyone: prefix === 0 };
}
