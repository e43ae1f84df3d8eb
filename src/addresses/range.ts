import { type Address, formatAddress, parseAddress } from './address.ts';

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

/** The range that `address` begins, `prefix` counted within its family. */
function cover(address: Address, prefix: number): ParsedRange {
  const range = address.family === 4 ? coverIpv4(address, prefix) : coverIpv6(address, prefix);
  const { first } = range;
  if (!isSame(first, address)) {
    const network = `${formatAddress(first)}/${prefix}`;
    return invalid(`expected the network address ${network}, or one address without "/${prefix}"`);
  }
  return { kind: 'range', range };
}

function isSame(one: Address, other: Address): boolean {
  return (
    one.word0 === other.word0 &&
    one.word1 === other.word1 &&
    one.word2 === other.word2 &&
    one.word3 === other.word3
  );
}

function coverIpv4(address: Address, prefix: number): Range {
  const mask = maskOf(prefix);
  return {
    first: { ...address, word3: (address.word3 & mask) >>> 0 },
    last: { ...address, word3: (address.word3 | ~mask) >>> 0 },
  };
}

function coverIpv6({ word0, word1, word2, word3 }: Address, prefix: number): Range {
  const [mask0, mask1, mask2, mask3] = [
    maskOf(prefix),
    maskOf(prefix - 32),
    maskOf(prefix - 64),
    maskOf(prefix - 96),
  ];
  return {
    first: {
      family: 6,
      word0: (word0 & mask0) >>> 0,
      word1: (word1 & mask1) >>> 0,
      word2: (word2 & mask2) >>> 0,
      word3: (word3 & mask3) >>> 0,
    },
    last: {
      family: 6,
      word0: (word0 | ~mask0) >>> 0,
      word1: (word1 | ~mask1) >>> 0,
      word2: (word2 | ~mask2) >>> 0,
      word3: (word3 | ~mask3) >>> 0,
    },
  };
}

/** The bits of one word that belong to the network, of which `bits` are left from this word on. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}

/** At most three digits without leading zero. */
function parsePrefix(text: string): number | undefined {
  return /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : undefined;
}

function invalid(problem: string): ParsedRange {
  return { kind: 'invalid', problem };
}
