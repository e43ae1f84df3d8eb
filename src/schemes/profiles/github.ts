import { type Profile, usualSettings } from '../settings.ts';

export const github: Profile = {
  ...usualSettings,
  name: 'github',
  title: 'GitHub: HMAC-SHA256 of the body under the secret of the webhook',
  notes: [
    "The event's name stands in a header that is not signed: a captured body can be used once for each name that the route's events list.",
    'Nothing is sent again by itself: whatever is not answered with 2xx is a loss until somebody redelivers it by hand.',
    "Choose application/json as the webhook's content type; the form variant is refused.",
  ],
  sources: [
    'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
    'https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries',
  ],
  signature: 'header:X-Hub-Signature-256',
  prefix: 'sha256=',
  event: 'header:X-GitHub-Event',
  triesAgainFor: 'none',
  deadlineMs: 10_000,
};
