/**
 * The room `addresses` reads addresses and ranges, and finds an address among ranges. It knows nothing of requests.
 */
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * An address as four 32-bit words, most significant first; an IPv4 address is in the last one. IPv4-mapped IPv6 is
 * the IPv4 address, so that a sender on a dual-stack socket is the same sender.
 */
export interface Address {
  readonly family: 4 | 6;
  readonly word0: number;
  readonly word1: number;
  readonly word2: number;
  readonly word3: number;
}

/**
 * Reads one address and nothing else: no zone id, brackets, port or blanks, and of IPv4 only four decimal numbers
 * without leading zeros (`127.1` and `010.0.0.1` name other addresses to other readers).
 */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const word = parseIpv4(text);
    return word === undefined ? undefined : ipv4(word);
  }
  const plain = text.includes('.') ? withoutDots(text) : text;
  // The longest one: eight groups of four digits and seven colons.
  if (plain === undefined || plain.length > 39 || plain.includes('%') || !isIPv6(plain)) return undefined;
  const { parts } = ipaddr.IPv6.parse(plain);
  return fromWords(joined(parts, 0), joined(parts, 2), joined(parts, 4), joined(parts, 6));
}

/** The one way in which an address is written in logs, answers and headers (RFC 5952 for IPv6). */
export function formatAddress(address: Address): string {
  const { word0, word1, word2, word3 } = address;
  if (address.family === 4) {
    return `${word3 >>> 24}.${(word3 >>> 16) & 255}.${(word3 >>> 8) & 255}.${word3 & 255}`;
  }
  const parts = [word0, word1, word2, word3].flatMap((word) => [word >>> 16, word & 0xffff]);
  return new ipaddr.IPv6(parts).toString();
}

/** The address of these words; those of an IPv4-mapped address become the IPv4 address (RFC 4291 section 2.5.5.2). */
function fromWords(word0: number, word1: number, word2: number, word3: number): Address {
  const isMapped = word0 === 0 && word1 === 0 && word2 === 0xffff;
  return isMapped ? ipv4(word3) : { family: 6, word0, word1, word2, word3 };
}

function ipv4(word3: number): Address {
  return { family: 4, word0: 0, word1: 0, word2: 0, word3 };
}

function joined(parts: readonly number[], index: number): number {
  return (((parts[index] ?? 0) << 16) | (parts[index + 1] ?? 0)) >>> 0;
}

/**
 * `::ffff:192.0.2.1` as `::ffff:c000:201`. ipaddr.js reads octal in the dotted part, and takes the long deprecated
 * `::192.0.2.1` for the IPv4 address.
 */
function withoutDots(text: string): string | undefined {
  const dottedAt = text.lastIndexOf(':') + 1;
  const word = parseIpv4(text.slice(dottedAt));
  if (word === undefined) return undefined;
  return `${text.slice(0, dottedAt)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
}

/** By character, since long lists and most senders are IPv4. */
function parseIpv4(text: string): number | undefined {
  let word = 0;
  let octet = -1;
  let dots = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === dot) {
      if (octet === -1) return undefined;
      word = word * 256 + octet;
      octet = -1;
      dots += 1;
    } else {
      if (code < zero || code > zero + 9 || octet === 0) return undefined;
      octet = (octet === -1 ? 0 : octet * 10) + code - zero;
      if (octet > 255) return undefined;
    }
  }
  return dots === 3 && octet !== -1 ? word * 256 + octet : undefined;
}

const dot = 0x2e;
const zero = 0x30;
