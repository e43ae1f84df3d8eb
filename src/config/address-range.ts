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
  const address = addressBytes(slash === -1 ? text : text.slice(0, slash));
  if (text.includes('%')) return invalid('expected an address without zone id');
  if (address === undefined)
    return invalid('expected an address or a CIDR, such as 203.0.113.7 or 2001:db8:42::/48');
  const widest = address.length * 8;
  const prefixText = slash === -1 ? undefined : text.slice(slash + 1);
  if (
    prefixText !== undefined &&
    !(/^(?:0|[1-9]\d{0,2})$/.test(prefixText) && Number(prefixText) <= widest)
  ) {
    return invalid(`expected a prefix length from 0 to ${widest} after the "/"`);
  }
  return canonical(address, prefixText === undefined ? widest : Number(prefixText));
}

/** The address in network byte order: 4 bytes, or 16. */
function addressBytes(text: string): readonly number[] | undefined {
  if (!text.includes(':')) return ipv4Bytes(text);
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).toByteArray() : undefined;
}

/** Four decimal numbers; a leading zero could mean octal, so it is refused. Long lists are mostly these. */
function ipv4Bytes(text: string): readonly number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null || /(?:^|\.)0\d/.test(text)) return undefined;
  const bytes = [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])];
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function canonical(bytes: readonly number[], prefix: number): AddressRange {
  if (bytes.length === 16 && prefix >= 96 && isMapped(bytes)) return canonical(bytes.slice(12), prefix - 96);
  const masked = bytes.map((byte, index) => byte & networkMask(prefix - index * 8));
  if (masked.some((byte, index) => byte !== bytes[index])) {
    const network = `${addressText(masked)}/${prefix}`;
    return invalid(`expected the network address ${network}, or one address without "/${prefix}"`);
  }
  const name = addressText(bytes);
  const text = prefix === bytes.length * 8 ? name : `${name}/${prefix}`;
  return { kind: 'range', text, everyone: prefix === 0 };
}

function isMapped(bytes: readonly number[]): boolean {
  return bytes[10] === 0xff && bytes[11] === 0xff && bytes.slice(0, 10).every((byte) => byte === 0);
}

function addressText(bytes: readonly number[]): string {
  return bytes.length === 4 ? bytes.join('.') : ipaddr.fromByteArray([...bytes]).toString();
}

/** The mask of one byte of which the first `bits` belong to the network. */
function networkMask(bits: number): number {
  return bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}

function invalid(expected: string): AddressRange {
  return { kind: 'invalid', expected };
}
