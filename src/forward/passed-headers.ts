import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Delivery } from '../delivery/delivery.ts';
import { withoutMapping } from '../values/ipv4-mapped.ts';
import { isPlausible, prefetchField, roleOf } from './forwarded-fields.ts';
import { endToEndHeaders } from './hop-by-hop.ts';

/**
 * The header fields of a request that is passed through, names and values alternating, as they came: hop-by-hop fields
 * are left out, and so are those that only the gate may write and those with which a framework would serve another
 * request than the one that was judged. The framing stays: it was judged, and the body comes with it.
 *
 * What a trusted proxy says of the client goes on, with the peer added; what anybody else says of it does not.
 */
export function passedHeaders(
  request: IncomingMessage,
  delivery: Delivery,
  peerIsTrusted: boolean,
): string[] {
  const { headers } = request;
  const fields = endToEndHeaders(request.rawHeaders);
  const passed: string[] = [];
  const told = new Map<string, readonly [name: string, value: string]>();
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string;
    const lower = name.toLowerCase();
    if (lower === 'x-request-id' || lower.startsWith('hookgate-')) continue;
    const role = roleOf(lower);
    if (role === undefined || lower === prefetchField) passed.push(name, fields[index + 1] as string);
    else if (peerIsTrusted && !told.has(lower)) {
      // All its lines as one: an application may read the first, the last or all of them.
      const value = headers[lower];
      if (typeof value === 'string' && isPlausible(role, value)) told.set(lower, [name, value]);
    }
  }
  // However it was written: the one coding that was judged.
  if (headers['transfer-encoding'] !== undefined) passed.push('Transfer-Encoding', 'chunked');
  const forwardedFor = told.get('x-forwarded-for');
  told.delete('x-forwarded-for');
  for (const [name, value] of told.values()) passed.push(name, value);
  const { address, proxied } = delivery.peer;
  const peer = proxied === undefined || proxied === 'local' ? address : withoutMapping(proxied);
  passed.push('X-Forwarded-For', forwardedFor === undefined ? peer : `${forwardedFor[1]}, ${peer}`);
  if (!told.has('x-forwarded-proto'))
    passed.push('X-Forwarded-Proto', delivery.head.secure ? 'https' : 'http');
  const { host } = headers;
  if (!told.has('x-forwarded-host') && host !== undefined) passed.push('X-Forwarded-Host', host);
  passed.push('X-Request-Id', delivery.requestId);
  return passed;
}

/** The same for a WebSocket handshake, which needs its two hop-by-hop fields, in the form in which http-proxy takes it. */
export function passedUpgradeHeaders(...of: Parameters<typeof passedHeaders>): IncomingHttpHeaders {
  const fields = passedHeaders(...of);
  const lines = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string;
    const value = fields[index + 1] as string;
    const same = lines.get(name.toLowerCase());
    if (same === undefined) lines.set(name.toLowerCase(), { name, values: [value] });
    else same.values.push(value);
  }
  const headers: IncomingHttpHeaders = { connection: 'Upgrade', upgrade: 'websocket' };
  for (const { name, values } of lines.values()) headers[name] = values.length > 1 ? values : values[0];
  return headers;
}
