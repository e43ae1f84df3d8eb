import { createHmac, generateKeyPairSync, sign as signEd25519 } from 'node:crypto';
import { sign as signForGithub } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';

/** One sender, signing with what is not the gate's own code. */
export interface Sender {
  readonly profile: string;
  /** What the key's file holds. */
  readonly key: string;
  /** Further keys of the scheme's map in hookgate.yaml. */
  readonly scheme?: Readonly<Record<string, string>>;
  /** Names without `*` where the sender does not sign them. */
  readonly events: string;
  readonly event: string;
  readonly body: string;
  /** The head's fields for a body, signed at a time (seconds) with a key. */
  readonly sign: (
    body: string,
    key: string,
    seconds: number,
    by?: WriteDigest,
  ) => Promise<Record<string, string>> | Record<string, string>;
  /** Where the signature stands: a field, or `body`. */
  readonly field: string;
  /** Hex in either case is taken. */
  readonly isHex?: boolean;
  /** Every retry has another time and signature. */
  readonly signsTime?: boolean;
  /** Nothing of the body is signed. */
  readonly signsNothing?: boolean;
  /** An id of its own; two bodies with the same one are the same event. */
  readonly signsId?: boolean;
}

/** Who computes the digest: by default Node's own crypto. */
export type WriteDigest = (
  algorithm: string,
  key: string,
  text: string,
  encoding: 'hex' | 'base64',
) => string;

const hmac: WriteDigest = (algorithm, key, text, encoding) =>
  createHmac(algorithm, key).update(text).digest(encoding);

/** A sender that signs the whole body. */
function whole(
  profile: string,
  field: string,
  algorithm: string,
  encoding: 'hex' | 'base64',
  member: string,
  more: Partial<Sender> = {},
): Sender {
  return {
    profile,
    field,
    key: `secret-of-${profile}`,
    events: '["*"]',
    event: 'payment.done',
    body: JSON.stringify({ [member]: 'payment.done', data: { amount: 10.5, id: 'r-1' } }),
    sign: (body, key, _seconds, by = hmac) => ({ [field]: by(algorithm, key, body, encoding) }),
    isHex: encoding === 'hex',
    ...more,
  };
}

const stripe = new Stripe('sk_test_none');
const standardKey = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const stripeBody = JSON.stringify({ id: 'evt_1', type: 'payment_intent.succeeded', data: { amount: 1 } });

export const senders: readonly Sender[] = [
  {
    profile: 'juicyway',
    field: 'body',
    key: 'business-id',
    events: '["*"]',
    event: 'card.transaction',
    body: '{"checksum":"CHECKSUM","data":{"amount":1000,"reference":"r-1"},"event":"card.transaction"}',
    sign: () => ({}),
    isHex: true,
  },
  whole('paystack', 'x-paystack-signature', 'sha512', 'hex', 'event'),
  whole('flutterwave', 'flutterwave-signature', 'sha256', 'base64', 'type'),
  whole('flutterwave-v3', 'verif-hash', 'sha256', 'hex', 'event', {
    events: '[payment.done, payment.failed]',
    sign: (_body, key) => ({ 'verif-hash': key }),
    isHex: false,
    signsNothing: true,
  }),
  {
    profile: 'korapay',
    field: 'x-korapay-signature',
    key: 'sk_live_kora',
    events: '[charge.success, charge.failed]',
    event: 'charge.success',
    body: '{"event":"charge.success","data":{"amount":10.50,"reference":"r-1"}}',
    sign: (body, key, _seconds, by = hmac) => ({
      'x-korapay-signature': by('sha256', key, /"data":(\{.*?\})/.exec(body)?.[1] ?? '', 'hex'),
    }),
    isHex: true,
  },
  whole('monnify', 'monnify-signature', 'sha512', 'hex', 'eventType'),
  whole('fincra', 'signature', 'sha512', 'hex', 'event'),
  whole('squad', 'x-squad-encrypted-body', 'sha512', 'hex', 'Event'),
  whole('interswitch', 'X-Interswitch-Signature', 'sha512', 'hex', 'event'),
  {
    profile: 'stripe',
    field: 'Stripe-Signature',
    key: 'whsec_test_secret_of_stripe',
    events: '["*"]',
    event: 'payment_intent.succeeded',
    body: stripeBody,
    sign: (payload, secret, timestamp) => ({
      'Stripe-Signature': stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
    }),
    isHex: true,
    signsTime: true,
    signsId: true,
  },
  {
    profile: 'github',
    field: 'X-Hub-Signature-256',
    key: "It's a Secret to Everybody",
    events: '[push, release]',
    event: 'push',
    body: '{"ref":"refs/heads/main"}',
    sign: async (body, key) => ({
      'X-Hub-Signature-256': await signForGithub(key, body),
      'X-GitHub-Event': 'push',
    }),
    isHex: true,
  },
  {
    profile: 'slack',
    field: 'X-Slack-Signature',
    key: '8f742231b10e8888abcd99yyyzzz85a5',
    events: '["*"]',
    event: 'app_mention',
    body: '{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}',
    sign: (body, key, seconds, by = hmac) => ({
      'X-Slack-Request-Timestamp': String(seconds),
      'X-Slack-Signature': `v0=${by('sha256', key, `v0:${seconds}:${body}`, 'hex')}`,
    }),
    isHex: true,
    signsTime: true,
    signsId: true,
  },
  {
    profile: 'shopify',
    field: 'X-Shopify-Hmac-SHA256',
    key: 'shpss_secret',
    events: '[orders/create, orders/paid]',
    event: 'orders/create',
    body: '{"id":1,"total_price":"10.00"}',
    sign: (body, key, _seconds, by = hmac) => ({
      'X-Shopify-Hmac-SHA256': by('sha256', key, body, 'base64'),
      'X-Shopify-Topic': 'orders/create',
    }),
  },
  {
    profile: 'standard-webhooks',
    field: 'webhook-signature',
    key: standardKey,
    events: '["*"]',
    event: 'contact.created',
    body: '{"type":"contact.created","data":{"id":1}}',
    sign: (body, key, seconds) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(seconds),
      'webhook-signature': new Webhook(key).sign('msg_1', new Date(seconds * 1000), body),
    }),
    signsTime: true,
    signsId: true,
  },
  whole('razorpay', 'X-Razorpay-Signature', 'sha256', 'hex', 'event'),
  whole('checkout', 'Cko-Signature', 'sha256', 'hex', 'type', {
    body: '{"id":"evt_1","type":"payment.done","data":{}}',
    signsId: true,
  }),
  whole('square', 'x-square-hmacsha256-signature', 'sha256', 'base64', 'type', {
    scheme: { publicUrl: 'https://shop.example/hooks/square' },
    body: '{"event_id":"e-1","type":"payment.done","data":{}}',
    sign: (body, key, _seconds, by = hmac) => ({
      'x-square-hmacsha256-signature': by(
        'sha256',
        key,
        `https://shop.example/hooks/square${body}`,
        'base64',
      ),
    }),
    signsId: true,
  }),
  whole('custom', 'X-House', 'sha1', 'hex', 'kind', {
    scheme: {
      signature: '"header:X-House"',
      prefix: '"sha1="',
      algorithm: 'hmac-sha1',
      event: '"json:/kind"',
    },
    sign: (body, key, _seconds, by = hmac) => ({ 'X-House': `sha1=${by('sha1', key, body, 'hex')}` }),
  }),
];

/** Signs a body: the fields of the head and the body as they are sent. */
export async function signedBy(
  sender: Sender,
  { body = sender.body, key = sender.key, seconds = Math.floor(Date.now() / 1000), by = hmac } = {},
): Promise<{ readonly headers: Record<string, string>; readonly body: string }> {
  if (sender.field !== 'body') return { headers: await sender.sign(body, key, seconds, by), body };
  const data = /"data":(\{.*?\})/.exec(body)?.[1] ?? '';
  const event = /"event":"(.*?)"/.exec(body)?.[1] ?? '';
  return {
    headers: {},
    body: body.replace('CHECKSUM', by('sha256', key, `${event}|${data}`, 'hex').toUpperCase()),
  };
}

/** An Ed25519 pair in the form of Standard Webhooks, and a signer by Node's own crypto. */
export function standardKeyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const bytes = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    publicText: `whpk_${bytes.toString('base64')}`,
    bytes,
    sign: (id: string, seconds: number, body: string) =>
      `v1a,${signEd25519(null, Buffer.from(`${id}.${seconds}.${body}`), privateKey).toString('base64')}`,
  };
}
