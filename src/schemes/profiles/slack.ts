import { type Profile, usualSettings } from '../settings.ts';

export const slack: Profile = {
  ...usualSettings,
  name: 'slack',
  title: 'Slack: HMAC-SHA256 of the time and the body under the signing secret',
  notes: [
    'Slack wants an answer within 3 s and tries three times more within minutes; two hours are counted.',
    'Its first request, url_verification, has no event: only a route whose events are "*" passes it on.',
  ],
  sources: [
    'https://api.slack.com/authentication/verifying-requests-from-slack',
    'https://api.slack.com/apis/events-api#retries',
  ],
  signature: 'header:X-Slack-Signature',
  prefix: 'v0=',
  message: 'v0:{header:X-Slack-Request-Timestamp}:{body}',
  timestamp: { from: 'header:X-Slack-Request-Timestamp', unit: 's', tolerance: 300_000 },
  event: 'json:/event/type',
  id: 'json:/event_id',
  triesAgainFor: '2h',
  deadlineMs: 3_000,
};
