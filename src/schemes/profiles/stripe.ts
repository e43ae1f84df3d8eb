import { type Profile, usualSettings } from '../settings.ts';

export const stripe: Profile = {
  ...usualSettings,
  name: 'stripe',
  title: 'Stripe: HMAC-SHA256 of the time and the body; every retry is signed anew',
  notes: [
    'The key is the whole text of the secret, whsec_ included.',
    'Several v1 stand in the header while a secret is rolled.',
    'Stripe also sends again by hand for 30 days: a retention of more than that suppresses those too.',
  ],
  sources: ['https://docs.stripe.com/webhooks/signature'],
  signature: 'header:Stripe-Signature#v1',
  message: '{signature#t}.{body}',
  timestamp: { from: 'signature#t', unit: 's', tolerance: 300_000 },
  event: 'json:/type',
  id: 'json:/id',
  triesAgainFor: '72h',
  deadlineMs: undefined,
};
