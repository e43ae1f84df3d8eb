import ipaddr from 'ipaddr.js';

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

/** Whether a host means this machine: loopback, `localhost`, or an unspecified address, which connects to it. */
export function isThisMachine(host: string): boolean {
  const bare = host.replaceAll(/^\[|\]$/g, '').toLowerCase();
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true;
  if (!isAddress(bare)) return false;
  const range = ipaddr.process(bare).range();
  return range === 'loopback' || range === 'unspecified';
}
