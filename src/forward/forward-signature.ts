import { createHmac } from 'node:crypto';
import type { ChecksumKey } from '../schemes/live-key.ts';
import { decode } from '../schemes/live-key.ts';

/**
 * The gate's own signature of what it hands to the application: Standard Webhooks v1 over the id, the time of the attempt
 * and the bytes that are forwarded. No other header and no path is covered. Names and values alternating.
 */
export type SignForwarded = (id: string, body: Buffer) => string[];

/** Fields that only the gate writes where it signs; the sender's own are removed. */
export const signatureFields: ReadonlySet<string> = new Set([
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
]);

/** One signature for each key, so that the application can change over from one to the other. */
export function createForwardSigner(keys: readonly Buffer[], wallClock: () => number): SignForwarded {
  return (id, body) => {
    const seconds = String(Math.floor(wallClock() / 1000));
    const signatures = keys.map((key) => {
      const hmac = createHmac('sha256', key).update(`${id}.${seconds}.`, 'latin1').update(body);
      return `v1,${hmac.digest('base64')}`;
    });
    return ['webhook-id', id, 'webhook-timestamp', seconds, 'webhook-signature', signatures.join(' ')];
  };
}

/** The bytes of a key that signs: base64 of 24 to 64 bytes, behind `whsec_` or alone. */
export function readSigningKey({
  secret,
}: ChecksumKey): { readonly bytes: Buffer } | { readonly expected: string } {
  const bytes = decode(secret.toString('latin1').replace(/^whsec_/, ''), 'base64');
  if (bytes === undefined || bytes.length < 24 || bytes.length > 64) {
    return { expected: 'expected base64 of 24 to 64 bytes, perhaps behind whsec_' };
  }
  return { bytes };
}
