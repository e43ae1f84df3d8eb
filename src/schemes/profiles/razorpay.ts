import { type Profile, usualSettings } from '../settings.ts';

export const razorpay: Profile = {
  ...usualSettings,
  name: 'razorpay',
  title: 'Razorpay: HMAC-SHA256 of the body under the webhook secret',
  notes: ['Its x-razorpay-event-id is not signed and has no part in telling repeats.'],
  sources: ['https://razorpay.com/docs/webhooks/validate-test/'],
  signature: 'header:X-Razorpay-Signature',
  event: 'json:/event',
  triesAgainFor: '24h',
  deadlineMs: undefined,
};
