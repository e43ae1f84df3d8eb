import { type Profile, usualSettings } from '../settings.ts';

export const fincra: Profile = {
  ...usualSettings,
  name: 'fincra',
  title: 'Fincra: HMAC-SHA512 of the body under the webhook secret',
  notes: [
    "The page's sample signs the body written again: as received, or compact where blanks were added on the way.",
    'How long it tries again is not known and counts as 72 h.',
  ],
  sources: ['https://docs.fincra.com/docs/webhooks'],
  signature: 'header:signature',
  algorithm: 'hmac-sha512',
  message: '{body@received,compact}',
  event: 'json:/event',
  deadlineMs: undefined,
};
