import type { IncomingMessage } from 'node:http';
import type { Delivery } from '../delivery/delivery.ts';
import { withoutMapping } from '../values/ipv4-mapped.ts';
import { isPlausible, roleOf } from './forwarded-fields.ts';
import { endToEndHeaders } from './hop-by-hop.ts';

/**
 * Makes the headers of a request that is passed through safe to send on: http-proxy takes `request.headers` as they
 * are. Hop-by-hop fields go, so do those that only the gate may write and those with which a framework would serve
 * another request than the one that was judged. The framing stays: it was judged, and the body comes with it.
 *
 * What a trusted proxy says of the client goes on, with the peer added; what anybody else says of it does not.
 */
export function preparePassedHeaders(
  request: IncomingMessage,
  delivery: Delivery,
  peerIsTrusted: boolean,
): void {
  const { headers } = request;
  const kept = new Set<string>();
  const fields = endToEndHeaders(request.rawHeaders);
  for (let index = 0; index < fields.length; index += 2) kept.add((fields[index] as string).toLowerCase());
  for (const name in headers) {
    const goesOn = kept.has(name) || name === 'transfer-encoding';
    if (!goesOn || name.startsWith('hookgate-') || !mayBeTold(name, headers[name], peerIsTrusted))
      delete headers[name];
  }
  // However it was written: the one coding that was judged.
  if (headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked';
  const before = headers['x-forwarded-for'];
  const { address, proxied } = delivery.peer;
  const peer = proxied === undefined || proxied === 'local' ? address : withoutMapping(proxied);
  headers['x-forwarded-for'] = before === undefined ? peer : `${before}, ${peer}`;
  headers['x-forwarded-proto'] ??= delivery.head.secure ? 'https' : 'http';
  if (headers.host !== undefined) headers['x-forwarded-host'] ??= headers.host;
  headers['x-request-id'] = delivery.requestId;
}

/** The same for a WebSocket handshake, which needs its two hop-by-hop fields. */
export function preparePassedUpgradeHeaders(
  request: IncomingMessage,
  delivery: Delivery,
  peerIsTrusted: boolean,
): void {
  preparePassedHeaders(request, delivery, peerIsTrusted);
  request.headers.connection = 'Upgrade';
  request.headers.upgrade = 'websocket';
}

/** Whether a field goes on that could make the application see another request; true for all others. */
function mayBeTold(name: string, value: string | string[] | undefined, peerIsTrusted: boolean): boolean {
  const role = roleOf(name);
  if (role === undefined) return true;
  return peerIsTrusted && typeof value === 'string' && isPlausible(role, value);
}
