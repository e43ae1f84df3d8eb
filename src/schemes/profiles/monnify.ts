import { type Profile, usualSettings } from '../settings.ts';

export const monnify: Profile = {
  ...usualSettings,
  name: 'monnify',
  title: 'Monnify: HMAC-SHA512 of the body under the client secret',
  notes: [
    "The page's prose says a plain hash of key and body; its sample is an HMAC, and so is this.",
    'How long it tries again is not known and counts as 72 h.',
  ],
  sources: ['https://developers.monnify.com/docs/webhooks'],
  signature: 'header:monnify-signature',
  algorithm: 'hmac-sha512',
  event: 'json:/eventType',
  deadlineMs: undefined,
};
