import { expect, test } from 'vitest';
import { explain } from '../../src/app/explain/explain.ts';
import { startEventApplication } from '../support/event-application.ts';
import { runGate, type Sections } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const good = signedEvent('payment.a', { n: 1 }).toString();
const bodies: Readonly<Record<string, string>> = {
  good,
  'an extra field': good.replace('{', '{"extra":1,'),
  'a wrong checksum': good.replace('"n":1', '"n":2'),
  'a wrong checksum and an extra field': good.replace('"n":1', '"n":2').replace('{', '{"extra":1,'),
  'no checksum': '{"event":"payment.a","data":{}}',
  'another event': signedEvent('card.b', { n: 1 }).toString(),
  'no envelope': '[1]',
  'a repeated name': good.replace('{', '{"event":"payment.a",'),
  'a look-alike name': good.replace('{', '{"Event":"payment.a",'),
  empty: '',
};

const route = (more: string) => ({ routes: `[{ name: juicyway, path: /webhooks/juicyway${more} }]` });
const configurations: Readonly<Record<string, Sections>> = {
  defaults: {},
  'a watched checksum': { checksum: '{ keysDirectory: KEYS_DIRECTORY, mode: observe }' },
  'unsigned fields refused': route(', unsignedFields: reject'),
  'unsigned fields refused and a watched checksum': {
    ...route(', unsignedFields: reject'),
    checksum: '{ keysDirectory: KEYS_DIRECTORY, mode: observe }',
  },
  'some events only': route(', events: [payment.*]'),
  'small bodies': { limits: '{ body: 100B }' },
  'one encoding': { checksum: '{ keysDirectory: KEYS_DIRECTORY, encodings: [sorted] }' },
  'no allowlist': { allowlist: '{ mode: "off" }' },
};

test.each(Object.keys(configurations))('with %s', async (name) => {
  const application = await startEventApplication();
  const { gate: _, ...gate } = await runGate(application.url, configurations[name]);

  for (const [which, body] of Object.entries(bodies)) {
    const answer = await gate.post(body);
    const told = await explain({
      body: Buffer.from(body),
      sources: { file: gate.configFile, flags: {}, env: {} },
      keysDirectory: undefined,
      address: '127.0.0.1',
      otherKeys: [],
    });
    // A missing and a wrong checksum are answered alike.
    const refusedBy = told.kind === 'explained' ? told.explanation.refusedBy : 'problems';
    expect(refusedBy?.replace('checksum_missing', 'checksum_mismatch'), which).toBe(answer.code);
  }
});

test('whoever has the body finds by it what became of the event', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);
  await gate.post(good);

  const told = await explain({
    body: Buffer.from(good),
    sources: { file: gate.configFile, flags: {}, env: {} },
    keysDirectory: undefined,
    address: '198.51.100.1',
    otherKeys: [],
  });
  const known = application.events[0]?.headers['idempotency-key'];
  expect(told).toMatchObject({
    explanation: {
      refusedBy: 'address_not_allowed',
      sentences: expect.arrayContaining([`Its duplicateKey on route juicyway, in the log: ${known}.`]),
    },
  });
});
