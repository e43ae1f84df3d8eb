import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { expect, test, vi } from 'vitest';
import { routeOf, runSchemeGate } from '../support/scheme-gate.ts';
import { senders, signedBy, standardKeyPair } from '../support/senders.ts';
import { signedEvent, testSecret } from '../support/sign-event.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const sender = (name: string) => senders.find(({ profile }) => profile === name) as (typeof senders)[number];
const [paystack, stripe, github] = ['paystack', 'stripe', 'github'].map(sender) as [
  (typeof senders)[number],
  (typeof senders)[number],
  (typeof senders)[number],
];

test('the broken Secret of one route holds up no revocation on another', async () => {
  const { gate, post, keysOf } = await runSchemeGate([routeOf(paystack), routeOf(stripe)]);
  const old = await signedBy(paystack);
  expect((await post('paystack', old.body, old.headers)).status).toBe(200);

  writeFileSync(join(keysOf('stripe'), 'primary'), '');
  writeFileSync(join(keysOf('paystack'), 'primary'), 'another-secret');
  await gate.gate.reload();

  const revoked = await signedBy({ ...paystack, body: paystack.body.replace('r-1', 'r-2') });
  expect((await post('paystack', revoked.body, revoked.headers)).status).toBe(401);
  const kept = await signedBy(stripe);
  expect((await post('stripe', kept.body, kept.headers)).status).toBe(200);
  expect(await gate.metric('hookgate_config_last_reload_successful')).toBe(0);
  const status = (await (await fetch(`${gate.adminUrl}/status`)).json()) as { config: { held: string[] } };
  expect(status.config.held.join()).toMatch(/keys-stripe.*empty/);

  writeFileSync(join(keysOf('stripe'), 'primary'), stripe.key);
  await gate.gate.reload();
  expect(await gate.metric('hookgate_config_last_reload_successful')).toBe(1);
});

test('a route that watches opens no other', async () => {
  const { application, gate, post } = await runSchemeGate([
    { ...routeOf(paystack), more: 'checksum: { mode: observe }' },
    routeOf(stripe),
  ]);
  expect((await post('paystack', paystack.body, {})).status).toBe(200);
  expect(application.events[0]?.headers['hookgate-verified']).toBe('false');
  expect((await post('stripe', stripe.body, {})).status).toBe(401);
  const { routes } = (await (await fetch(`${gate.adminUrl}/status`)).json()) as {
    routes: { name: string; onlyWatches: boolean }[];
  };
  expect(routes.map(({ onlyWatches }) => onlyWatches)).toEqual([true, false]);
});

test('an unsigned name: one body goes through once for each listed name, and is marked', async () => {
  const { application, post } = await runSchemeGate([routeOf(github)]);
  const { body, headers } = await signedBy(github);
  const as = (name: string) => post('github', body, { ...headers, 'X-GitHub-Event': name });

  expect((await as('push')).status).toBe(200);
  expect((await as('push')).headers.get('hookgate-duplicate')).toBe('true');
  expect((await as('release')).headers.get('hookgate-duplicate')).toBeNull();
  expect((await as('deleted')).status).toBe(200);
  expect(application.events.map((event) => event.headers['hookgate-event'])).toEqual(['push', 'release']);
  expect(application.events[0]?.headers['hookgate-event-signed']).toBe('false');
});

test('ids that nobody signed tell no repeats apart', async () => {
  const { application, post } = await runSchemeGate([routeOf(sender('razorpay'))]);
  const { body, headers } = await signedBy(sender('razorpay'));
  for (const id of ['a', 'b', 'c']) await post('razorpay', body, { ...headers, 'x-razorpay-event-id': id });
  expect(application.events.length).toBe(1);
});

test('one reference, pending and then paid, is two events', async () => {
  const { application, post } = await runSchemeGate([routeOf(stripe)]);
  for (const type of ['charge.pending', 'charge.succeeded', 'charge.succeeded']) {
    const signed = await signedBy(stripe, { body: `{"id":"evt_9","type":"${type}"}` });
    expect((await post('stripe', signed.body, signed.headers)).status).toBe(200);
  }
  expect(application.events.length).toBe(2);
});

test('a body that is signed whole goes on byte by byte whatever its form, but for a name that reads in two ways', async () => {
  const { application, post } = await runSchemeGate([routeOf(paystack)]);
  const send = async (body: string | Buffer) => {
    const digest = createHmac('sha512', paystack.key).update(body).digest('hex');
    return (await post('paystack', body, { 'x-paystack-signature': digest })).code ?? 200;
  };
  const odd = [
    'Hello, World!',
    '\ufeff{"event":"a"}',
    '{"x":1,"x":2}',
    `${'['.repeat(500)}${']'.repeat(500)}`,
    '{"event":{"no":"name"}}',
    '{"event":"a"} trailing',
    '',
  ];
  for (const body of odd) expect(await send(body), body.slice(0, 30)).toBe(200);
  expect(await send(Buffer.from([0x7b, 0xff, 0x7d]))).toBe(200);
  expect(await send('{"event":"a","\\u0065vent":"b"}')).toBe('malformed_body');
  expect(await send('{"event":"\\ud800"}')).toBe('malformed_body');
  expect(application.events.map(({ body }) => body.toString())).toEqual([...odd, expect.any(String)]);
});

test('a public key checks v1a entries alone', async () => {
  const pair = standardKeyPair();
  const { application, post } = await runSchemeGate([
    { name: 'sw', scheme: 'standard-webhooks', keys: { public: pair.publicText } },
  ]);
  const seconds = Math.floor(Date.now() / 1000);
  const body = '{"type":"a"}';
  const send = async (signature: string) =>
    (
      await post('sw', body, {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(seconds),
        'webhook-signature': signature,
      })
    ).status;
  const forged = createHmac('sha256', pair.bytes).update(`msg_1.${seconds}.${body}`).digest('base64');
  expect(await send(`v1,${forged}`)).toBe(401);
  expect(await send(`v1a,${forged}`)).toBe(401);
  expect(await send(`${pair.sign('msg_1', seconds, body)}`.replace('v1a', 'v1'))).toBe(401);
  expect(application.events).toEqual([]);
  expect(await send(`v1,${forged} ${pair.sign('msg_1', seconds, body)}`)).toBe(200);
  expect(
    (
      await post('sw', body, {
        'webhook-id': 'msg.1',
        'webhook-timestamp': String(seconds),
        'webhook-signature': pair.sign('msg.1', seconds, body),
      })
    ).status,
  ).toBe(401);
});

test('what is forwarded carries one verdict, under every signing key, and never what was not verified', async () => {
  const signing = temporaryDirectory();
  const secrets = [1, 2].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`);
  for (const [index, secret] of secrets.entries()) writeFileSync(join(signing, `key-${index}`), secret);
  const { application, gate, post } = await runSchemeGate(
    [routeOf(paystack), { ...routeOf(stripe), more: 'checksum: { mode: observe }' }],
    { upstream: `UPSTREAM, signing: { keysDirectory: ${signing} } }` },
  );
  const { body, headers } = await signedBy(paystack);
  await post('paystack', body, { ...headers, 'webhook-id': 'forged', 'webhook-signature': 'v1,forged' });
  await post('stripe', '{"forged":true}', { 'webhook-id': 'forged', 'webhook-signature': 'v1,forged' });

  const [first, second] = application.events;
  const sent = first?.headers as Record<string, string>;
  for (const secret of secrets) expect(new Webhook(secret).verify(String(first?.body), sent)).toBeDefined();
  expect(sent['webhook-id']).toBe(sent['idempotency-key']);
  expect(second?.headers['webhook-signature']).toBeUndefined();
  expect(second?.headers['webhook-id']).toBeUndefined();
  expect(await gate.metric('hookgate_deliveries_total{route="paystack",outcome="forwarded"}')).toBe(1);
});

test('a repeatable event comes again after its window, each time under a key of its own', async () => {
  const { application, gate, post } = await runSchemeGate([
    {
      name: 'j',
      scheme: 'juicyway',
      keys: { primary: String(testSecret) },
      more: 'repeatable: { "user.kyc": 1s }',
    },
  ]);
  const body = signedEvent('user.kyc', { status: 'failed', user_id: 'u' });
  const keys = () => application.events.map(({ headers }) => headers['idempotency-key']);
  expect((await post('j', body)).status).toBe(200);
  expect((await post('j', body)).headers.get('hookgate-duplicate')).toBe('true');

  application.answer = (response) => response.writeHead(500).end();
  await vi.waitFor(async () => expect((await post('j', body)).status).toBe(500), {
    timeout: 20_000,
    interval: 200,
  });
  application.answer = (response) => response.end();
  expect((await post('j', body)).status).toBe(200);

  const [first, second, third] = keys();
  expect(second).not.toBe(first);
  expect(third).toBe(second);
  expect(gate.port).toBeGreaterThan(0);
});

test('what failed and is sent again by hand keeps its key, also of a sender that tries nothing again', async () => {
  const { application, post } = await runSchemeGate([
    { ...routeOf(github), more: 'repeatable: { push: 1h }' },
  ]);
  const { body, headers } = await signedBy(github);
  application.answer = (response) => response.writeHead(500).end();
  expect((await post('github', body, headers)).status).toBe(500);
  application.answer = (response) => response.end();
  expect((await post('github', body, headers)).status).toBe(200);
  const keys = application.events.map((event) => event.headers['idempotency-key']);
  expect(keys[1]).toBe(keys[0]);
});
