import ipaddr from 'ipaddr.js';

/** An address or CIDR in canonical text (`203.0.113.7`, `2001:db8::/48`). */
export type AddressRange =
  | { readonly kind: 'range'; readonly text: string; readonly everyone: boolean }
  | { readonly kind: 'invalid'; readonly expected: string };

/**
 * Reads an address or a CIDR. IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2) becomes the IPv4 address that it is.
 * Refused: zone ids, short spellings such as `127.1`, leading zeros, and host bits behind the prefix, since then
 * it is unclear whether one address or its network was meant.
 */
export function parseAddressRange(text: string): AddressRange {
  const slash = text.indexOf('/');
  const addressText = slash === -1 ? text : text.slice(0, slash);
  if (text.includes('%')) return invalid('expected an address without zone id');
  const address = parseAddress(addressText);
  if (address === undefined)
    return invalid('expected an address or a CIDR, such as 203.0.113.7 or 2001:db8:42::/48');
  const widest = address.kind() === 'ipv4' ? 32 : 128;
  const prefixText = slash === -1 ? undefined : text.slice(slash + 1);
  if (
    prefixText !== undefined &&
    !(/^(?:0|[1-9]\d{0,2})$/.test(prefixText) && Number(prefixText) <= widest)
  ) {
    return invalid(`expected a prefix length from 0 to ${widest} after the "/"`);
  }
  return canonical(address, prefixText === undefined ? widest : Number(prefixText));
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (text.includes(':')) return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
  const decimal = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(text);
  return decimal && ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : undefined;
}

function canonical(address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): AddressRange {
  if (address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress() && prefix >= 96) {
    return canonical((address as ipaddr.IPv6).toIPv4Address(), prefix - 96);
  }
  const bytes = address.toByteArray();
  const masked = bytes.map((byte, index) => byte & networkMask(prefix - index * 8));
  const whole = bytes.length * 8;
  if (masked.some((byte, index) => byte !== bytes[index])) {
    const network = `${ipaddr.fromByteArray(masked).toString()}/${prefix}`;
    return invalid(`expected the network address ${network}, or one address without "/${prefix}"`);
  }
  const name = address.toString();
  return { kind: 'range', text: prefix === whole ? name : `${name}/${prefix}`, everyone: prefix === 0 };
}

/** The mask of one byte of which the first `bits` belong to the network. */
function networkMask(bits: number): number {
  return bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}

function invalid(expected: string): AddressRange {
  return { kind: 'invalid', expected };
}
