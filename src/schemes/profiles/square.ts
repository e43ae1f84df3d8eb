import { type Profile, usualSettings } from '../settings.ts';

export const square: Profile = {
  ...usualSettings,
  name: 'square',
  title: 'Square: HMAC-SHA256 of the registered URL and the body, in base64',
  notes: [
    'publicUrl must be the URL letter by letter as it is registered with Square; it is never taken from the request.',
    'How long it tries again is not known and counts as 72 h.',
  ],
  sources: ['https://developer.squareup.com/docs/webhooks/step3validate'],
  signature: 'header:x-square-hmacsha256-signature',
  encoding: 'base64',
  message: '{url}{body}',
  event: 'json:/type',
  id: 'json:/event_id',
  deadlineMs: undefined,
};
