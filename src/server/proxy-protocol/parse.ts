/**
 * The PROXY protocol, versions 1 and 2, as haproxy.org/download/2.9/doc/proxy-protocol.txt describes it: parsers of
 * bytes that know nothing of sockets.
 */
import { incomplete, malformed, type ProxyHeader } from './header.ts';
import { parseV1 } from './v1.ts';
import { parseV2, v2Signature } from './v2.ts';

const v1Start = Buffer.from('PROXY ');

/** Parses what has arrived so far. Bytes that can no longer become a header are malformed at once. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  if (bytes.length === 0) return incomplete;
  if (startsAlike(bytes, v1Start)) return bytes.length < v1Start.length ? incomplete : parseV1(bytes);
  if (startsAlike(bytes, v2Signature)) return parseV2(bytes);
  return malformed('the connection does not begin with a PROXY protocol header');
}

function startsAlike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}
