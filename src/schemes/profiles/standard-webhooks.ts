import { type Profile, usualSettings } from '../settings.ts';

export const standardWebhooks: Profile = {
  ...usualSettings,
  name: 'standard-webhooks',
  title: 'Standard Webhooks (Svix and others): id, time and body, HMAC-SHA256 or Ed25519',
  notes: [
    'A key that begins with whsec_ checks v1 entries by HMAC, one that begins with whpk_ checks v1a entries by Ed25519.',
    'How long a sender tries again differs and counts as 72 h.',
  ],
  sources: ['https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md'],
  signature: 'header:webhook-signature#v1',
  encoding: 'base64',
  message: '{header:webhook-id}.{header:webhook-timestamp}.{body}',
  key: 'base64 whsec_',
  timestamp: { from: 'header:webhook-timestamp', unit: 's', tolerance: 300_000 },
  event: 'json:/type',
  id: 'header:webhook-id',
  deadlineMs: undefined,
};
