import { type Profile, usualSettings } from '../settings.ts';

export const interswitch: Profile = {
  ...usualSettings,
  name: 'interswitch',
  title: 'Interswitch: HMAC-SHA512 of the body under the secret',
  notes: ['How long it tries again is not known and counts as 72 h.'],
  sources: ['https://docs.interswitchgroup.com/docs/webhooks'],
  signature: 'header:X-Interswitch-Signature',
  algorithm: 'hmac-sha512',
  event: 'json:/event',
  deadlineMs: undefined,
};
