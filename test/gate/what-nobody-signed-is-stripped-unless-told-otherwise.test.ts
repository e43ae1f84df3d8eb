import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const signed = signedEvent('payment.a', '{ "amount" : 10.50, "note": "caf\\u00e9" }').toString();
const extended = signed.replace(/^\{/, '{ "first":[1,{"data":{}}], ').replace(/\}$/, ' , "admin":true }');
const route = (unsignedFields: string): string =>
  `[{ name: juicyway, path: /webhooks/juicyway, unsignedFields: ${unsignedFields} }]`;

test.each([
  ['strip', signed, signed],
  ['strip', extended, signed.replace(/^\{/, '{ ').replace(/\}$/, '  }')],
  ['forward', signed, signed],
  ['forward', extended, extended],
  ['reject', signed, signed],
])('%s: what the application gets, byte for byte', async (unsignedFields, sent, received) => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, { routes: route(unsignedFields) });

  expect((await gate.post(sent)).status).toBe(200);

  expect(application.events.map(({ body }) => body.toString())).toEqual([received]);
  expect(application.events[0]?.headers['content-length']).toBe(String(Buffer.byteLength(received)));
});

test('a copy with other unsigned fields is a repeat', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);
  await gate.post(signed);
  expect((await gate.post(extended)).headers.get('hookgate-duplicate')).toBe('true');
  expect(application.events.length).toBe(1);
});
