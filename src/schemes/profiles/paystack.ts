import { type Profile, usualSettings } from '../settings.ts';

export const paystack: Profile = {
  ...usualSettings,
  name: 'paystack',
  title: 'Paystack: HMAC-SHA512 of the body under the API secret key',
  notes: ['Test and live mode sign with keys of their own.'],
  sources: ['https://paystack.com/docs/payments/webhooks/'],
  signature: 'header:x-paystack-signature',
  algorithm: 'hmac-sha512',
  event: 'json:/event',
  triesAgainFor: '72h',
  deadlineMs: 30_000,
};
