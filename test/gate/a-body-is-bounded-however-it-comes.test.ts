import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const genuine = signedEvent('payment.session.succeeded', { reference: 'r-1' });

test.each([
  ['gzip', gzipSync(genuine)],
  // A sender that only says so: nothing is unpacked to find out.
  ['br', genuine],
  ['gzip, identity', genuine],
])('Content-Encoding %s is refused', async (encoding, body) => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);

  expect((await gate.post(body, { 'content-encoding': encoding })).code).toBe('unsupported_media_type');
  expect(application.events).toEqual([]);
});

test('a chunked body, which announces no length, is cut off at the limit', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, { limits: '{ body: 1KiB, bodyTime: 60s }' });
  const client = await openRaw(gate.port);

  client.send('POST /webhooks/juicyway HTTP/1.1\r\nHost: gate.test\r\nContent-Type: application/json\r\n');
  client.send(`Transfer-Encoding: chunked\r\n\r\n${`200\r\n${' '.repeat(512)}\r\n`.repeat(3)}`);

  // The body has not ended and never will.
  expect(await client.answers(1)).toEqual([413]);
  expect(await client.closing()).toContain('"code":"body_too_large"');
  expect(application.events).toEqual([]);
});
