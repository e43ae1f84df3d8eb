import { createHmac } from 'node:crypto';

/**
 * What the sender of a profile adds to the head, name and value; none for one that signs within the body. By Node's own
 * HMAC and none of the gate's code. `atMs`: when it signs, of the wall clock.
 */
export function signatureHeader(
  profile: string,
  body: string | Buffer,
  secret: Buffer,
  atMs: number,
): readonly string[] {
  const hmac = (hash: string, text: string): string =>
    createHmac(hash, secret).update(text).update(body).digest('hex');
  const time = String(Math.floor(atMs / 1000));
  switch (profile) {
    case 'juicyway':
      return [];
    case 'paystack':
      return ['x-paystack-signature', hmac('sha512', '')];
    case 'razorpay':
      return ['X-Razorpay-Signature', hmac('sha256', '')];
    case 'stripe':
      return ['Stripe-Signature', `t=${time},v1=${hmac('sha256', `${time}.`)}`];
    default:
      throw new Error(`this cannot sign for ${profile}: paystack, razorpay and stripe it can`);
  }
}
