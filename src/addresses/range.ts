import { type Address, formatAddress, fromWords, parseAddress } from './address.ts';

/** Every address from `first` to `last`, both of the same family. */
export interface Range {
  readonly first: Address;
  readonly last: Address;
}

export type ParsedRange =
  | { readonly kind: 'range'; readonly range: Range }
  /** A sentence without the text itself. */
  | { readonly kind: 'invalid'; readonly problem: string };

/**
 * Reads an address or a CIDR (RFC 4632 section 3.1). A range within the IPv4-mapped addresses is the IPv4 range;
 * a wider IPv6 range, such as `::/0`, holds no IPv4 address.
 */
export function parseRange(text: string): ParsedRange {
  const slash = text.indexOf('/');
  const addressText = slash === -1 ? text : text.slice(0, slash);
  const address = parseAddress(addressText);
  if (address === undefined) return invalid(`expected an address or a CIDR, such as ${examples}`);
  if (slash === -1) return { kind: 'range', range: { first: address, last: address } };

  const isMapped = address.family === 4 && addressText.includes(':');
  const widest = addressText.includes(':') ? 128 : 32;
  const prefix = parsePrefix(text.slice(slash + 1));
  if (prefix === undefined || prefix > widest) {
    return invalid(`expected a prefix length from 0 to ${widest} after the "/"`);
  }
  if (isMapped && prefix < 96) return invalid('expected a prefix length from 96 for an IPv4-mapped range');
  return cover(address, isMapped ? prefix - 96 : prefix);
}

const examples = '203.0.113.7 or 2001:db8:42::/48';

function cover(address: Address, prefix: number): ParsedRange {
  // The prefix counted as if every address had 128 bits.
  const bits = address.family === 4 ? prefix + 96 : prefix;
  const masks = [0, 32, 64, 96].map((start) => maskOf(bits - start)) as [number, number, number, number];
  const words = [address.word0, address.word1, address.word2, address.word3] as const;
  const first = words.map((word, index) => (word & (masks[index] ?? 0)) >>> 0);
  const last = words.map((word, index) => (word | ~(masks[index] ?? 0)) >>> 0);
  if (address.family === 4) last.fill(0, 0, 3);
  if (first.some((word, index) => word !== words[index])) {
    const network = `${formatAddress(ofFamily(address.family, first))}/${prefix}`;
    return invalid(`expected the network address ${network}, or one address without "/${prefix}"`);
  }
  return {
    kind: 'range',
    range: { first: ofFamily(address.family, first), last: ofFamily(address.family, last) },
  };
}

/** The bits of one word that belong to the network, of which `bits` are left from this word on. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}

function ofFamily(family: 4 | 6, [word0 = 0, word1 = 0, word2 = 0, word3 = 0]: readonly number[]): Address {
  return family === 6 ? { family, word0, word1, word2, word3 } : fromWords(0, 0, 0xffff, word3);
}

/** At most three digits without leading zero. */
function parsePrefix(text: string): number | undefined {
  return /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : undefined;
}

function invalid(problem: string): ParsedRange {
  return { kind: 'invalid', problem };
}
