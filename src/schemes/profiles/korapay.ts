import { type Profile, usualSettings } from '../settings.ts';

export const korapay: Profile = {
  ...usualSettings,
  name: 'korapay',
  title: 'Korapay: HMAC-SHA256 of data alone under the secret key',
  notes: [
    "The event's name is not signed: a captured body can be used once for each name that the route's events list.",
  ],
  sources: ['https://developers.korapay.com/docs/webhooks'],
  signature: 'header:x-korapay-signature',
  message: '{json:/data@received,compact}',
  event: 'json:/event',
  triesAgainFor: '72h',
  deadlineMs: undefined,
};
