import { type Profile, usualSettings } from '../settings.ts';

export const checkout: Profile = {
  ...usualSettings,
  name: 'checkout',
  title: 'Checkout.com: HMAC-SHA256 of the body under the secret',
  notes: ['How long it tries again is not known and counts as 72 h.'],
  sources: ['https://www.checkout.com/docs/developer-resources/webhooks'],
  signature: 'header:Cko-Signature',
  event: 'json:/type',
  id: 'json:/id',
  deadlineMs: undefined,
};
