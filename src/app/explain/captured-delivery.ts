import { type Delivery, noFacts } from '../../delivery/delivery.ts';

/** A delivery whose body is the bytes that were captured, as its sender posts it to `path`. */
export function capturedDelivery(
  body: Buffer,
  path: string,
  address: string,
  headers: readonly string[] = [],
): Delivery {
  return {
    requestId: 'explain',
    arrivedAtMs: 0,
    head: {
      method: 'POST',
      target: path,
      httpVersion: '1.1',
      rawHeaders: [
        ...['Host', 'hookgate'],
        ...['Content-Type', 'application/json'],
        ...['Content-Length', String(body.length)],
        ...headers.filter((_text, index) => !ownFields.has((headers[index & ~1] ?? '').toLowerCase())),
      ],
      secure: true,
    },
    peer: { address, proxied: undefined },
    async readBody({ maxBytes }) {
      return body.length > maxBytes
        ? { kind: 'too_large', readBytes: body.length }
        : { kind: 'complete', bytes: body };
    },
    facts: noFacts(),
  };
}

/** Fields that are written for this delivery; captured ones of the same name are left out. */
const ownFields: ReadonlySet<string> = new Set([
  'host',
  'content-type',
  'content-length',
  'transfer-encoding',
  'content-encoding',
  'expect',
]);
