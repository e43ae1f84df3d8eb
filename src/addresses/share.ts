import { isIPv4 } from 'node:net';
import { withoutMapping } from '../values/ipv4-mapped.ts';

/**
 * What one client has: its address or, for IPv6, its /64, since whoever has one address of that has them all. `address`
 * is in canonical text.
 */
export function shareOf(address: string): string {
  const unmapped = withoutMapping(address);
  if (isIPv4(unmapped)) return unmapped;
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
