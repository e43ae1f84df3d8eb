import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { runSchemeGate } from '../support/scheme-gate.ts';

const secret = 'a-secret-of-the-tests';
const standardSecret = Buffer.alloc(32, 9);
const hmac = (text: string | Buffer, hash = 'sha256', key: string | Buffer = secret) =>
  createHmac(hash, key).update(text);
const now = () => Math.floor(Date.now() / 1000);

/** One gate for all: each case has a body of its own, so that nothing is a repeat. */
const routes = [
  { name: 'paystack', keys: { primary: secret }, scheme: 'paystack' },
  { name: 'shopify', keys: { primary: secret }, scheme: 'shopify', events: '[orders/paid]' },
  { name: 'stripe', keys: { primary: secret }, scheme: 'stripe' },
  { name: 'slack', keys: { primary: secret }, scheme: 'slack' },
  {
    name: 'standard',
    keys: { primary: `whsec_${standardSecret.toString('base64')}` },
    scheme: 'standard-webhooks',
  },
  {
    name: 'millis',
    keys: { primary: secret },
    scheme:
      '{ signature: "header:X-S", message: "{header:X-T}.{header:X-N}.{body}", timestamp: { from: "header:X-T", unit: ms } }',
  },
  {
    name: 'semicolons',
    keys: { primary: secret },
    scheme:
      '{ signature: "header:Paddle-Signature#h1", message: "{signature#ts}:{body}", timestamp: { from: "signature#ts" } }',
  },
  {
    name: 'underscored',
    keys: { primary: secret },
    scheme:
      '{ signature: "header:X-S#v_1", message: "{signature#t_s}.{body}", timestamp: { from: "signature#t_s" } }',
  },
  {
    name: 'url-alphabet',
    keys: { primary: secret },
    scheme: '{ signature: "header:X-S", encoding: base64url }',
  },
  {
    name: 'quoted',
    keys: { primary: secret },
    scheme:
      '{ signature: "header:Signature#signature", encoding: base64, message: "{signature#created}.{body}", timestamp: { from: "signature#created" } }',
  },
  {
    name: 'signed-tag',
    keys: { primary: secret },
    scheme: '{ signature: "header:X-S#v1", message: "{signature#n}.{body}" }',
  },
  {
    name: 'secret-under-a-tag',
    keys: { primary: `"${secret}"` },
    scheme: '{ signature: "header:X-S#secret", algorithm: equals }',
  },
  {
    name: 'secret-in-the-body',
    keys: { primary: 'ein-Schlüssel-für-Prüfungen' },
    scheme: '{ signature: "json:/token", algorithm: equals, message: "" }',
  },
  { name: 'korapay', keys: { primary: secret }, scheme: 'korapay', events: '[charge.success]' },
];
let count = 0;
const aBody = (): string => JSON.stringify({ id: `evt_${++count}`, type: 'a', event: 'a', data: {} });

type Headers = Record<string, string>;
type Case = readonly [
  what: string,
  verdict: 200 | 401,
  route: string,
  make: (body: string) => Headers,
  body?: Buffer,
];

const paystack = (body: string | Buffer): string => hmac(body, 'sha512').digest('hex');
const stripe = (body: string, time: string | number, more = ''): Headers => ({
  'Stripe-Signature': `t=${time},v1=${hmac(`${time}.${body}`).digest('hex')}${more}`,
});
const slack = (body: string, time: string): Headers => ({
  'X-Slack-Request-Timestamp': time,
  'X-Slack-Signature': `v0=${hmac(`v0:${time}:${body}`).digest('hex')}`,
});
const standard = (body: string, id: string, time: string, around = (text: string) => text): Headers => ({
  'webhook-id': id,
  'webhook-timestamp': time,
  'webhook-signature': around(
    `v1,${hmac(`${id}.${time}.${body}`, 'sha256', standardSecret).digest('base64')}`,
  ),
});
const shopify = (body: string, change: (digest: string) => string): Headers => ({
  'X-Shopify-Topic': 'orders/paid',
  'X-Shopify-Hmac-SHA256': change(hmac(body).digest('base64')),
});
const urlAlphabet = (body: string, change: (digest: string) => string): Headers => ({
  'X-S': change(hmac(body).digest('base64url')),
});
const semicolons = (body: string, around: (pair: string) => string): Headers => ({
  'Paddle-Signature': around(`ts=${now()};h1=${hmac(`${now()}:${body}`).digest('hex')}`),
});
/** As the drafts of HTTP Signatures write their parameters. */
const quoted = (body: string, around: (text: string) => string, time = around(String(now()))): Headers => {
  const digest = hmac(`${now()}.${body}`).digest('base64');
  return { Signature: `keyId="a",algorithm="hmac-sha256",created=${time},signature=${around(digest)}` };
};
const signedTag = (body: string, signed: string): Headers => ({
  'X-S': `n="a",v1=${hmac(`${signed}.${body}`).digest('hex')}`,
});
const millis = (body: string, time: string, more: Headers = {}): Headers => ({
  'X-T': time,
  'X-N': 'n',
  'X-S': hmac(`${time}.n.${body}`).digest('hex'),
  ...more,
});
const notUtf8 = Buffer.concat([
  Buffer.from('{"event":"a","data":"'),
  Buffer.of(0xe9, 0xff),
  Buffer.from('"}'),
]);
const deep = Buffer.from(`{"a":${'['.repeat(60_000)}${']'.repeat(60_000)},"event":"a"}`);

/** One whose digest is written otherwise in the two alphabets. */
function bodyWithPlus(): Buffer {
  const body = aBody();
  return /[+/]/.test(hmac(body).digest('base64')) ? Buffer.from(body) : bodyWithPlus();
}

const cases: readonly Case[] = [
  [
    'hex in mixed case',
    200,
    'paystack',
    (b) => ({ 'x-paystack-signature': paystack(b).replace(/[a-f]/, (c) => c.toUpperCase()) }),
  ],
  ['blanks around', 200, 'paystack', (b) => ({ 'x-paystack-signature': `  ${paystack(b)}\t ` })],
  [
    'two digests with a comma, as a proxy joins two fields',
    401,
    'paystack',
    (b) => ({ 'x-paystack-signature': `${paystack(b)}, ${paystack(b)}` }),
  ],
  ['a comma behind', 401, 'paystack', (b) => ({ 'x-paystack-signature': `${paystack(b)},` })],
  ['quotes', 401, 'paystack', (b) => ({ 'x-paystack-signature': `"${paystack(b)}"` })],
  ['one digit less', 401, 'paystack', (b) => ({ 'x-paystack-signature': paystack(b).slice(1) })],
  ['one digit more', 401, 'paystack', (b) => ({ 'x-paystack-signature': `0${paystack(b)}` })],
  [
    'a prefix that the scheme has not',
    401,
    'paystack',
    (b) => ({ 'x-paystack-signature': `sha512=${paystack(b)}` }),
  ],
  [
    'a blank within',
    401,
    'paystack',
    (b) => ({ 'x-paystack-signature': paystack(b).replace(/^(..)../, '$1  ') }),
  ],
  ['0x before it', 401, 'paystack', (b) => ({ 'x-paystack-signature': `0x${paystack(b).slice(2)}` })],
  [
    'a shorter hash of the same key',
    401,
    'paystack',
    (b) => ({ 'x-paystack-signature': hmac(b).digest('hex') }),
  ],

  ['base64 with its padding', 200, 'shopify', (b) => shopify(b, (d) => d)],
  ['base64 without padding', 401, 'shopify', (b) => shopify(b, (d) => d.replace(/=+$/, ''))],
  ['base64 with more padding', 401, 'shopify', (b) => shopify(b, (d) => `${d}=`)],
  [
    'base64 in the URL alphabet',
    401,
    'shopify',
    (b) => shopify(b, (d) => d.replaceAll('+', '-').replaceAll('/', '_')),
    bodyWithPlus(),
  ],
  [
    'base64 whose last digit has other spare bits',
    401,
    'shopify',
    (b) => shopify(b, (d) => d.replace(/.(?==$)/, (c) => String.fromCharCode(c.charCodeAt(0) + 1))),
  ],
  ['base64url', 200, 'url-alphabet', (b) => urlAlphabet(b, (d) => d), bodyWithPlus()],
  ['base64url with padding', 200, 'url-alphabet', (b) => urlAlphabet(b, (d) => `${d}=`), bodyWithPlus()],
  ['base64url with more padding', 401, 'url-alphabet', (b) => urlAlphabet(b, (d) => `${d}==`)],
  [
    'base64url whose last digit has other spare bits',
    401,
    'url-alphabet',
    (b) => urlAlphabet(b, (d) => d.replace(/.$/, (c) => String.fromCharCode(c.charCodeAt(0) + 1))),
  ],
  [
    'base64url in the usual alphabet',
    401,
    'url-alphabet',
    (b) => urlAlphabet(b, (d) => d.replaceAll('-', '+').replaceAll('_', '/')),
    bodyWithPlus(),
  ],
  ['digest and time in quotes', 200, 'quoted', (b) => quoted(b, (text) => `"${text}"`)],
  ['the same without', 200, 'quoted', (b) => quoted(b, (text) => text)],
  ['the digest alone in quotes', 200, 'quoted', (b) => quoted(b, (text) => `"${text}"`, String(now()))],
  ['one quote before', 401, 'quoted', (b) => quoted(b, (text) => `"${text}`, String(now()))],
  ['one quote behind', 401, 'quoted', (b) => quoted(b, (text) => `${text}"`, String(now()))],
  ['two pairs of quotes', 401, 'quoted', (b) => quoted(b, (text) => `""${text}""`, String(now()))],
  ['single quotes', 401, 'quoted', (b) => quoted(b, (text) => `'${text}'`, String(now()))],
  ['a blank within the quotes', 401, 'quoted', (b) => quoted(b, (text) => `" ${text}"`, String(now()))],
  ['one quote before the time', 401, 'quoted', (b) => quoted(b, (text) => text, `"${now()}`)],
  ['nothing but a quote', 401, 'quoted', (b) => quoted(b, () => '"', String(now()))],
  ['another time in quotes', 401, 'quoted', (b) => quoted(b, (text) => text, `"${now() - 1}"`)],
  ['a tag that is signed with its quotes', 200, 'signed-tag', (b) => signedTag(b, '"a"')],
  ['a tag that is signed without its quotes', 401, 'signed-tag', (b) => signedTag(b, 'a')],
  ['a secret with its quotes', 200, 'secret-under-a-tag', () => ({ 'X-S': `secret="${secret}"` })],
  ['a secret without its quotes', 401, 'secret-under-a-tag', () => ({ 'X-S': `secret=${secret}` })],
  ['base64 with a blank within', 401, 'shopify', (b) => shopify(b, (d) => `${d.slice(0, 8)} ${d.slice(8)}`)],

  ['the genuine one behind fifteen others', 200, 'stripe', (b) => manyStripe(b, 15)],
  ['the genuine one behind sixteen others', 401, 'stripe', (b) => manyStripe(b, 16)],
  [
    'blanks behind the commas',
    200,
    'stripe',
    (b) => ({ 'Stripe-Signature': (stripe(b, now())['Stripe-Signature'] ?? '').replace(',', ', ') }),
  ],
  [
    'the tags in the other order',
    200,
    'stripe',
    (b) => ({
      'Stripe-Signature': (stripe(b, now())['Stripe-Signature'] ?? '').split(',').reverse().join(','),
    }),
  ],
  ['two times', 401, 'stripe', (b) => stripe(b, now(), `,t=${now()}`)],
  ['no time', 401, 'stripe', (b) => ({ 'Stripe-Signature': `v1=${hmac(`.${b}`).digest('hex')}` })],
  ['an empty time', 401, 'stripe', (b) => stripe(b, '')],
  [
    'the tag in upper case',
    401,
    'stripe',
    (b) => ({ 'Stripe-Signature': (stripe(b, now())['Stripe-Signature'] ?? '').replace('v1', 'V1') }),
  ],
  [
    'only the older tag v0',
    401,
    'stripe',
    (b) => ({ 'Stripe-Signature': (stripe(b, now())['Stripe-Signature'] ?? '').replace('v1', 'v0') }),
  ],
  ['an empty signature beside the genuine one', 200, 'stripe', (b) => stripe(b, now(), ',v1=')],
  [
    'what is behind sixty-four parts',
    401,
    'stripe',
    (b) => ({ 'Stripe-Signature': `${'a=1,'.repeat(64)}${stripe(b, now())['Stripe-Signature']}` }),
  ],

  [
    'tags with underscores',
    200,
    'underscored',
    (b) => ({ 'X-S': `t_s=${now()},v_1=${hmac(`${now()}.${b}`).digest('hex')}` }),
  ],
  [
    'an unknown tag with an underscore before the others',
    200,
    'stripe',
    (b) => ({ 'Stripe-Signature': `a_b=1,${stripe(b, now())['Stripe-Signature']}` }),
  ],
  ['semicolons between the tags', 200, 'semicolons', (b) => semicolons(b, (pair) => pair)],
  [
    'two secrets at once, with blanks',
    200,
    'semicolons',
    (b) => semicolons(b, (pair) => pair.replace(';', `; h1=${'0'.repeat(64)}; `)),
  ],
  ['semicolons and commas', 401, 'semicolons', (b) => semicolons(b, (pair) => `${pair},x=y`)],

  ['a time with a sign', 401, 'slack', (b) => slack(b, `+${now()}`)],
  ['a time below zero', 401, 'slack', (b) => slack(b, `-${now()}`)],
  ['a time with an exponent', 401, 'slack', (b) => slack(b, `${now() / 1000}e3`)],
  ['a time with a fraction', 401, 'slack', (b) => slack(b, `${now()}.0`)],
  ['a time in hex', 401, 'slack', (b) => slack(b, `0x${now().toString(16)}`)],
  ['a time in milliseconds', 401, 'slack', (b) => slack(b, String(Date.now()))],
  ['a time of seventeen digits', 401, 'slack', (b) => slack(b, String(now()).padStart(17, '0'))],
  ['a time that is past its tolerance', 401, 'slack', (b) => slack(b, String(now() - 310))],
  ['a time that is yet to come', 401, 'slack', (b) => slack(b, String(now() + 310))],
  ['a time that is a little ahead', 200, 'slack', (b) => slack(b, String(now() + 200))],
  [
    'other digits of Unicode',
    401,
    'slack',
    (b) => slack(b, [...String(now())].map((d) => String.fromCharCode(0xb2 + (Number(d) % 2))).join('')),
  ],
  [
    'no time at all',
    401,
    'slack',
    (b) => ({ 'X-Slack-Signature': slack(b, String(now()))['X-Slack-Signature'] ?? '' }),
  ],

  [
    'several kinds in one header',
    200,
    'standard',
    (b) => standard(b, 'msg_1', String(now()), (s) => `v1a,AAAA v2,x ${s}`),
  ],
  ['an id with the dot that ends it', 401, 'standard', (b) => standard(b, 'msg.2', String(now()))],
  [
    'an id that takes the time along',
    401,
    'standard',
    (b) => ({ ...standard(b, 'm', String(now())), 'webhook-id': `m.${now()}`, 'webhook-timestamp': '' }),
  ],
  [
    'the entry under another tag',
    401,
    'standard',
    (b) => standard(b, 'msg_3', String(now()), (s) => s.replace('v1,', 'v1a,')),
  ],
  [
    'entries with commas between them',
    401,
    'standard',
    (b) => standard(b, 'msg_4', String(now()), (s) => `${s},${s}`),
  ],
  [
    'no id',
    401,
    'standard',
    (b) => {
      const { 'webhook-id': _, ...rest } = standard(b, '', String(now()));
      return rest;
    },
  ],

  ['milliseconds where they are meant', 200, 'millis', (b) => millis(b, String(Date.now()))],
  ['seconds where milliseconds are meant', 401, 'millis', (b) => millis(b, String(now()))],
  [
    'a signed header that is not there',
    401,
    'millis',
    (b) => {
      const { 'X-N': _, ...rest } = millis(b, String(Date.now()));
      return rest;
    },
  ],

  [
    'a body that is no UTF-8, signed whole',
    200,
    'paystack',
    () => ({ 'x-paystack-signature': paystack(notUtf8) }),
    notUtf8,
  ],
  [
    'an empty body, signed whole',
    200,
    'paystack',
    () => ({ 'x-paystack-signature': paystack('') }),
    Buffer.alloc(0),
  ],
  [
    'no JSON, signed whole',
    200,
    'paystack',
    () => ({ 'x-paystack-signature': paystack('hello') }),
    Buffer.from('hello'),
  ],
  [
    'a secret in the body that is not ASCII, written with an escape',
    200,
    'secret-in-the-body',
    () => ({}),
    Buffer.from('{"token":"ein-Schl\\u00fcssel-für-Prüfungen"}'),
  ],
  [
    'the same as another decoder has it',
    401,
    'secret-in-the-body',
    () => ({}),
    Buffer.from('{"token":"ein-SchlÃ¼ssel-fÃ¼r-PrÃ¼fungen"}'),
  ],
  [
    'a list, signed whole',
    200,
    'paystack',
    () => ({ 'x-paystack-signature': paystack('[1]') }),
    Buffer.from('[1]'),
  ],
  [
    'sixty thousand levels, signed whole',
    200,
    'paystack',
    () => ({ 'x-paystack-signature': paystack(deep) }),
    deep,
  ],
];

function manyStripe(body: string, others: number): Headers {
  const time = now();
  const wrong = `v1=${'0'.repeat(64)},`.repeat(others);
  return { 'Stripe-Signature': `t=${time},${wrong}v1=${hmac(`${time}.${body}`).digest('hex')}` };
}

test('each has the verdict that its sender or nobody deserves', async () => {
  const { application, gate, post } = await runSchemeGate(routes);
  for (const [what, verdict, route, make, given] of cases) {
    const body = given ?? Buffer.from(aBody());
    const before = application.events.length;
    const { status } = await post(route, body, make(body.toString('latin1')));
    expect([what, status]).toEqual([what, verdict]);
    expect([what, application.events.length - before]).toEqual([what, verdict === 200 ? 1 : 0]);
    if (verdict === 200) expect(application.events.at(-1)?.body.equals(body)).toBe(true);
  }
  expect(await gate.metric('hookgate_rejections_total{route="none",reason="internal_error"}')).toBe(0);
});

test('quotes around the digest and the time make no other event', async () => {
  const { application, post } = await runSchemeGate(routes);
  const body = aBody();

  const first = await post(
    'quoted',
    body,
    quoted(body, (text) => `"${text}"`),
  );
  const again = await post(
    'quoted',
    body,
    quoted(body, (text) => text),
  );

  expect([first.status, again.status, again.headers.get('hookgate-duplicate')]).toEqual([200, 200, 'true']);
  expect(application.events).toHaveLength(1);
});

test('padding makes no other event', async () => {
  const { application, post } = await runSchemeGate(routes);
  const body = aBody();

  const first = await post(
    'url-alphabet',
    body,
    urlAlphabet(body, (digest) => `${digest}=`),
  );
  const again = await post(
    'url-alphabet',
    body,
    urlAlphabet(body, (digest) => digest),
  );

  expect([first.status, again.status, again.headers.get('hookgate-duplicate')]).toEqual([200, 200, 'true']);
  expect(application.events).toHaveLength(1);
});
