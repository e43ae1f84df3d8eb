const mapping = /^::ffff:(?=.*\.)/i;

/** A dual-stack socket reports IPv4 peers as `::ffff:192.0.2.1` (RFC 4291 section 2.5.5.2); other addresses stay as they are. */
export function withoutMapping(address: string): string {
  return address.replace(mapping, '');
}
