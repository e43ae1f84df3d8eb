import type { Delivery } from '../delivery/delivery.ts';
import { signatureFields } from './forward-signature.ts';
import { isPlausible, roleOf } from './forwarded-fields.ts';
import { endToEndHeaders } from './hop-by-hop.ts';

/**
 * The header fields of an event on its way to the application, names and values alternating. docs/forwarding.md
 * lists them. The sender's end-to-end fields go through as they came, except those that only the gate may write
 * and those that could make the application do something else with a genuine event than with any other, since no
 * header is covered by the checksum.
 *
 * Content-Length is left to the upstream, which counts the bytes it writes.
 */
export function eventHeaders(event: {
  readonly delivery: Delivery;
  readonly bodyBytes: number;
  /** Undefined in `observe` mode, where nobody vouches for the event: then it is not named in any header. */
  readonly verified:
    | {
        /** Undefined where it has no name that a header could carry. */
        readonly event: string | undefined;
        /** By default it is. */
        readonly eventIsSigned?: boolean;
        readonly keyName: string;
        readonly duplicateKey: string;
        /** The gate's own signature fields, names and values alternating. */
        readonly signature?: readonly string[] | undefined;
      }
    | undefined;
  /** The route signs what it forwards, so that nobody else may write those fields. */
  readonly removesSignatureFields?: boolean;
}): string[] {
  const { delivery, verified, removesSignatureFields = false } = event;
  const { facts, head } = delivery;
  const fromTrustedProxy = facts.hops !== undefined && delivery.peer.proxied === undefined;
  const bodyUntouched = facts.bodyBytes === event.bodyBytes;

  const headers: string[] = [];
  let host: string | undefined;
  let forwardedHost: string | undefined;
  let forwardedProto: string | undefined;
  const kept = endToEndHeaders(head.rawHeaders);
  for (let index = 0; index + 1 < kept.length; index += 2) {
    const name = kept[index] as string;
    const value = kept[index + 1] as string;
    const field = name.toLowerCase();
    switch (field) {
      case 'host':
        host ??= value;
        break;
      case 'x-forwarded-host':
        forwardedHost ??= value;
        break;
      case 'x-forwarded-proto':
        forwardedProto ??= value;
        break;
      default:
        if (removesSignatureFields && signatureFields.has(field)) break;
        if (passes(field, bodyUntouched)) headers.push(name, value);
    }
  }

  if (host !== undefined) headers.push('Host', host);
  const ownProto = head.secure ? 'https' : 'http';
  headers.push('X-Forwarded-For', forwardedFor(delivery));
  const told = (role: 'scheme' | 'host', value: string | undefined) =>
    fromTrustedProxy && value !== undefined && isPlausible(role, value) ? value : undefined;
  headers.push('X-Forwarded-Proto', told('scheme', forwardedProto) ?? ownProto);
  const shownHost = told('host', forwardedHost) ?? host;
  if (shownHost !== undefined) headers.push('X-Forwarded-Host', shownHost);
  headers.push('X-Request-Id', delivery.requestId);
  headers.push('Hookgate-Verified', verified === undefined ? 'false' : 'true');
  if (verified !== undefined) {
    if (verified.event !== undefined) headers.push('Hookgate-Event', verified.event);
    if (verified.eventIsSigned === false) headers.push('Hookgate-Event-Signed', 'false');
    headers.push('Hookgate-Key', verified.keyName);
    headers.push('Idempotency-Key', verified.duplicateKey);
    if (verified.signature !== undefined) headers.push(...verified.signature);
  }
  return headers;
}

/**
 * The chain as far as the gate has established it: the client first, then each trusted proxy. What stood to the
 * left of the client was written by the client itself, and a careless application reads the leftmost.
 */
function forwardedFor({ facts, peer }: Delivery): string {
  const { hops, address } = facts;
  if (hops === undefined || address === undefined || peer.proxied !== undefined)
    return address ?? peer.address;
  const nearestFirst = hops.slice(0, hops.includes(address) ? hops.indexOf(address) : hops.length);
  if (nearestFirst[0] !== peer.address) nearestFirst.unshift(peer.address);
  return [address, ...nearestFirst.reverse()].join(', ');
}

function passes(name: string, bodyUntouched: boolean): boolean {
  if (name.startsWith('hookgate-') || roleOf(name) !== undefined) return false;
  if (asksForALook.has(name)) return false;
  return !writtenByGate.has(name) && (bodyUntouched || !digests.has(name));
}

const writtenByGate: ReadonlySet<string> = new Set(['content-length', 'idempotency-key', 'x-request-id']);

/** By these a route of Laravel that opts into it looks the request over and answers 204, without running it. */
const asksForALook: ReadonlySet<string> = new Set(['precognition', 'precognition-validate-only']);

/** Digests of a body that the gate has changed by stripping unsigned fields (RFC 9530 section 6.4). */
const digests: ReadonlySet<string> = new Set(['digest', 'content-md5', 'repr-digest', 'content-digest']);
