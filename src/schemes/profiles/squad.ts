import { type Profile, usualSettings } from '../settings.ts';

export const squad: Profile = {
  ...usualSettings,
  name: 'squad',
  title: 'Squad: HMAC-SHA512 of the body under the secret key',
  notes: [
    'Virtual-account events are signed otherwise and are not part of it.',
    'How long it tries again is not known and counts as 72 h.',
  ],
  sources: ['https://docs.squadco.com/Payments/webhook-notifications'],
  signature: 'header:x-squad-encrypted-body',
  algorithm: 'hmac-sha512',
  event: 'json:/Event',
  deadlineMs: undefined,
};
