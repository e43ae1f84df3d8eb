import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { replaceFile } from '../support/replace-file.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const routes = '[{ name: juicyway, path: /webhooks/juicyway, events: [payment.*, deposit.received] }]';

test.each([
  ['payment.session.succeeded', true],
  ['payment.a', true],
  ['deposit.received', true],
  ['deposit.received.late', false],
  ['deposit', false],
  ['payment', false],
  ['payments.a', false],
  ['PAYMENT.a', false],
  ['card.transaction', false],
])('%s is forwarded: %s; either way the sender is told 200', async (event, isForwarded) => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, { routes });

  const answer = await gate.post(signedEvent(event, { n: 1 }));

  expect([answer.status, answer.text]).toEqual([200, isForwarded ? '{"received":true}' : '']);
  expect(application.events.length).toBe(isForwarded ? 1 : 0);
  const outcome = isForwarded ? 'forwarded' : 'filtered';
  expect(await gate.metric(`hookgate_deliveries_total{route="juicyway",outcome="${outcome}"}`)).toBe(1);
});

test('a pattern is matched against the unescaped name', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, { routes });
  const body = signedEvent('payment.a', { n: 1 }).toString().replace('"payment.a"', '"pay\\u006dent.a"');

  expect((await gate.post(body)).status).toBe(200);
  expect(application.events[0]?.headers['hookgate-event']).toBe('payment.a');
});

test('a forged event is refused, whatever its name: the filter asks only about verified ones', async () => {
  const gate = await runGate((await startEventApplication()).url, { routes });
  const forged = signedEvent('card.transaction', { n: 1 }).toString().replace('"n":1', '"n":2');
  expect((await gate.post(forged)).code).toBe('checksum_mismatch');
});

test('what was filtered is not remembered: once the filter lets it through, it is delivered', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, { routes });
  const body = signedEvent('card.transaction', { n: 1 });
  await gate.post(body);

  replaceFile(gate.configFile, readFileSync(gate.configFile, 'utf8').replace('payment.*', '"*"'));
  await gate.gate.reload();

  expect((await gate.post(body)).headers.get('hookgate-duplicate')).toBeNull();
  expect(application.events.map((event) => event.body)).toEqual([body]);
});
