import { createHmac, randomUUID } from 'node:crypto';

export const path = '/webhooks/juicyway';
export const secret = Buffer.from('bench-business-id');

const event = 'payment.session.succeeded';
/** Of the members beside `description`, with the checksum and the event's name. */
const restBytes = 371;

/**
 * A source of signed events of about `bytes` bytes, as a payment session's has; no two of a run alike. `data` is
 * compact and in the order of its keys, as the sender documents it, so the signed bytes are the ones that are sent.
 */
export function createEvents(bytes: number, key: Buffer = secret): () => string {
  const run = randomUUID().slice(0, 23);
  const description = 'x'.repeat(Math.max(0, bytes - restBytes));
  let last = 0;
  return () => {
    last += 1;
    const data =
      `{"amount":${150_000 + last},"currency":"NGN","customer":{"email":"someone@example.com",` +
      `"first_name":"Some","last_name":"One","phone":"+2348000000000"},"description":"${description}",` +
      `"id":"${run}-${String(last).padStart(12, '0')}","reference":"reference-${last}","status":"succeeded"}`;
    const checksum = createHmac('sha256', key).update(`${event}|`).update(data).digest('hex').toUpperCase();
    return `{"checksum":"${checksum}","data":${data},"event":"${event}"}`;
  };
}

/** The same with a checksum that nobody's key gives. */
export function forged(body: string): string {
  const at = '{"checksum":"'.length;
  return body.slice(0, at) + (body[at] === '0' ? '1' : '0') + body.slice(at + 1);
}
