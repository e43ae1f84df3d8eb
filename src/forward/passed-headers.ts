import type { IncomingMessage } from 'node:http';
import type { Delivery } from '../delivery/delivery.ts';
import { endToEndHeaders } from './hop-by-hop.ts';

/**
 * Makes the headers of a request that is passed through safe to send on: http-proxy takes `request.headers` as they
 * are. Hop-by-hop fields go, so do those that only the gate may write and those with which a framework would serve
 * another path than the one that was judged.
 */
export function preparePassedHeaders(request: IncomingMessage, delivery: Delivery): void {
  const { headers } = request;
  const kept = new Set<string>();
  const fields = endToEndHeaders(request.rawHeaders);
  for (let index = 0; index < fields.length; index += 2) kept.add((fields[index] as string).toLowerCase());
  for (const name in headers) {
    if (!kept.has(name) && name !== 'transfer-encoding') delete headers[name];
    else if (name.startsWith('hookgate-') || replacesPath.has(name)) delete headers[name];
  }
  const before = headers['x-forwarded-for'];
  const { address, proxied } = delivery.peer;
  const peer = proxied === undefined || proxied === 'local' ? address : proxied;
  headers['x-forwarded-for'] = before === undefined ? peer : `${before}, ${peer}`;
  headers['x-forwarded-proto'] ??= delivery.head.secure ? 'https' : 'http';
  if (headers.host !== undefined) headers['x-forwarded-host'] ??= headers.host;
  headers['x-request-id'] = delivery.requestId;
}

/** The same for a WebSocket handshake, which needs its two hop-by-hop fields. */
export function preparePassedUpgradeHeaders(request: IncomingMessage, delivery: Delivery): void {
  preparePassedHeaders(request, delivery);
  request.headers.connection = 'Upgrade';
  request.headers.upgrade = 'websocket';
}

/** Symfony, IIS and others serve the path in these in place of the request's own. */
const replacesPath: ReadonlySet<string> = new Set([
  'x-original-url',
  'x-rewrite-url',
  'x-http-path-override',
]);
