import { createHmac, type WriteHmac } from '../schemes/hmac.ts';

export type { WriteHmac } from '../schemes/hmac.ts';

/** Prepares the HMAC-SHA256 of one key. */
export function createHmacSha256(secret: Buffer): WriteHmac {
  return createHmac('sha256', secret);
}
