import { type Profile, usualSettings } from '../settings.ts';

export const shopify: Profile = {
  ...usualSettings,
  name: 'shopify',
  title: 'Shopify: HMAC-SHA256 of the body, in base64, under the client secret',
  notes: [
    "The topic stands in a header that is not signed: a captured body can be used once for each name that the route's events list.",
    'Its own X-Shopify-Event-Id is not signed either and has no part in telling repeats.',
    'Eight tries over four hours since 2024-09; older pages say 48 h, which is what is counted here.',
    'Where its fields come without X-, override signature (header:Shopify-Hmac-SHA256) and event (header:Shopify-Topic).',
  ],
  sources: [
    'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
    'https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks',
    'https://www.npmjs.com/package/@shopify/shopify-api',
  ],
  signature: 'header:X-Shopify-Hmac-SHA256',
  encoding: 'base64',
  event: 'header:X-Shopify-Topic',
  triesAgainFor: '48h',
  deadlineMs: 5_000,
};
