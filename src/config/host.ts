import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { withoutBrackets } from '../values/host-brackets.ts';

/** Whether it is an IP address in its usual spelling (no zone, no brackets, no `127.1`). */
export function isAddress(text: string): boolean {
  return (
    ipaddr.IPv4.isValidFourPartDecimal(text) ||
    (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text))
  );
}

/** Whether it is an IP address or a DNS name (RFC 1123; the last label is not all digits). */
export function isHost(text: string): boolean {
  if (isAddress(text)) return true;
  return (
    text.length <= 253 &&
    /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?$/.test(
      text,
    ) &&
    !/(?:^|\.)\d+\.?$/.test(text)
  );
}

/** Splits `host:port`, `[address]:port` or, with an empty host, `:port`; undefined when it is neither. */
export function parseHostPort(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  if (match === null || !(port <= 65_535)) return undefined;
  const [, bracketed, plain = ''] = match;
  if (bracketed !== undefined) {
    return bracketed.includes(':') && isAddress(bracketed) ? { host: bracketed, port } : undefined;
  }
  return plain === '' || isHost(plain) ? { host: plain, port } : undefined;
}

/**
 * Whether a connection to `target` arrives at a socket of this machine that listens on `host`, as far as that can be
 * told without resolving a name.
 */
export function reachesListener(target: string, host: string): boolean {
  const plain = withoutBrackets(target).toLowerCase();
  if (plain === host.toLowerCase()) return true;
  if (isLocalhost(plain)) return isLocalhost(host) || isUnspecified(host);
  // An address that means "every one" is connected to as loopback is.
  if (isUnspecified(plain)) return isLocalhost(host) || isUnspecified(host);
  return isUnspecified(host) && ownAddresses().includes(plain);
}

function isLocalhost(host: string): boolean {
  const bare = host.toLowerCase();
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true;
  return isAddress(bare) && ipaddr.process(bare).range() === 'loopback';
}

function isUnspecified(host: string): boolean {
  return isAddress(host) && ipaddr.process(host).range() === 'unspecified';
}

/** The pod's or the machine's, beyond loopback. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
}
