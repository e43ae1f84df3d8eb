import { signEvent } from '../src/envelope/sign.ts';

export const path = '/webhooks/juicyway';
export const secret = Buffer.from('bench-business-id');

/** A source of events of about 800 bytes, as a payment session's has; no two alike. */
export function createEvents(): () => string {
  let last = 0;
  return () => {
    last += 1;
    const data = {
      amount: 150_000 + last,
      currency: 'NGN',
      customer: {
        email: 'someone@example.com',
        first_name: 'Some',
        last_name: 'One',
        phone: '+2348000000000',
      },
      description: 'x'.repeat(380),
      id: `81817411-9ffd-42ba-8bc8-${String(last).padStart(12, '0')}`,
      reference: `reference-${last}`,
      status: 'succeeded',
    };
    const dataJson = JSON.stringify(data);
    return signEvent({ event: 'payment.session.succeeded', dataJson, secret, encoding: 'received' });
  };
}
