import { type Profile, usualSettings } from '../settings.ts';

export const flutterwave: Profile = {
  ...usualSettings,
  name: 'flutterwave',
  title: 'Flutterwave v4: HMAC-SHA256 of the body, in base64, under the secret hash',
  notes: ['How long it tries again is not known and counts as 72 h.'],
  sources: ['https://developer.flutterwave.com/docs/webhooks'],
  signature: 'header:flutterwave-signature',
  encoding: 'base64',
  event: 'json:/type',
  deadlineMs: undefined,
};
