import { withoutBlanks } from '../values/field-grammar.ts';
import type { ReadAddress } from './address-reader.ts';
import type { AddressSet } from './address-set.ts';

/** What a walk along X-Forwarded-For found; `hops` are the addresses passed, nearest first. */
export type ForwardedForWalk =
  | { readonly kind: 'client'; readonly client: ReadAddress; readonly hops: readonly string[] }
  | { readonly kind: 'unknown'; readonly problem: string; readonly hops: readonly string[] };

/**
 * Walks from the right, where the nearest proxy wrote, to the first address that is no trusted proxy: everything to
 * its left was written by a stranger. All lines are one list (RFC 9110 section 5.3). Where an entry cannot be
 * read, or only trusted proxies are named, there is no client.
 */
export function walkForwardedFor(
  lines: readonly string[],
  by: { read: (text: string) => ReadAddress | undefined; trustedProxies: AddressSet },
): ForwardedForWalk {
  const hops: string[] = [];
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index] as string;
    for (let end = line.length; end >= 0; ) {
      if (hops.length === maxHops) return { kind: 'unknown', problem: `more than ${maxHops} hops`, hops };
      const start = end === 0 ? 0 : line.lastIndexOf(',', end - 1) + 1;
      const entry = withoutBlanks(line.slice(start, end));
      if (entry === '') {
        // An empty element of a list means nothing (RFC 9110 section 5.6.1.2).
        end = start - 1;
        continue;
      }
      const hop = by.read(withoutPort(entry));
      if (hop === undefined) {
        return { kind: 'unknown', problem: `X-Forwarded-For names ${quote(entry)}`, hops };
      }
      hops.push(hop.text);
      if (!by.trustedProxies.has(hop.address)) return { kind: 'client', client: hop, hops };
      end = start - 1;
    }
  }
  const problem = hops.length === 0 ? 'no X-Forwarded-For' : 'X-Forwarded-For names only trusted proxies';
  return { kind: 'unknown', problem, hops };
}

/** No real chain is so long; a sender behind a proxy could otherwise make the gate read thousands of entries. */
const maxHops = 64;

/** An IPv6 address with dots, in brackets, and a port. Nothing longer is taken apart, since that takes quadratic time. */
const longestEntry = 53;

/** `192.0.2.1:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]` without brackets and port; anything else as it is. */
function withoutPort(entry: string): string {
  if (entry.length > longestEntry) return entry;
  if (entry.charCodeAt(0) === 0x5b) {
    const match = /^\[([^\]]*:[^\]]*)\](?::(\d{1,5}))?$/.exec(entry);
    return match?.[1] !== undefined && isPort(match[2]) ? match[1] : entry;
  }
  const colon = entry.indexOf(':');
  // A second colon: an IPv6 address, whose end cannot be told from a port.
  if (colon === -1 || entry.includes(':', colon + 1)) return entry;
  const port = entry.slice(colon + 1);
  return /^\d{1,5}$/.test(port) && isPort(port) ? entry.slice(0, colon) : entry;
}

function isPort(digits: string | undefined): boolean {
  return digits === undefined || Number(digits) <= 65_535;
}

function quote(entry: string): string {
  return JSON.stringify(entry.length > 60 ? `${entry.slice(0, 60)}…` : entry);
}
