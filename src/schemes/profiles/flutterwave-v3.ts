import { type Profile, usualSettings } from '../settings.ts';

export const flutterwaveV3: Profile = {
  ...usualSettings,
  name: 'flutterwave-v3',
  title: 'Flutterwave v3: the secret hash itself in a header, the body unsigned',
  notes: [
    'Nothing of the body is signed, its event name neither: the route needs an enforced allowlist, and events by name.',
    'Ask Flutterwave about every payment before giving value for it.',
    'How long it tries again is not known and counts as 72 h.',
  ],
  sources: ['https://developer.flutterwave.com/v3.0/docs/webhooks'],
  signature: 'header:verif-hash',
  algorithm: 'equals',
  message: '',
  event: 'json:/event',
  deadlineMs: undefined,
};
