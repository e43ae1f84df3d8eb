import { expect, test, vi } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const forwarded = 'hookgate_deliveries_total{route="juicyway",outcome="forwarded"}';
const head = (length: number): string =>
  [
    'POST /webhooks/juicyway HTTP/1.1',
    'Host: gate.test',
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n');

test('an event whose sender hangs up while the application works is confirmed, and its repeat suppressed', async () => {
  const application = await startEventApplication();
  const hungUp = Promise.withResolvers<void>();
  application.answer = (response) => void hungUp.promise.then(() => response.end('late'));
  const gate = await runGate(application.url);
  const body = signedEvent('payment.session.succeeded', { reference: 'left' });
  const sender = await openRaw(gate.port);

  sender.send(Buffer.concat([Buffer.from(head(body.length)), body]));
  await application.arrived(1);
  sender.socket.resetAndDestroy();
  await vi.waitFor(() => expect(sender.closed).toBe(true), { timeout: 15_000 });
  hungUp.resolve();

  await vi.waitFor(async () => expect(await gate.metric(forwarded)).toBe(1), { timeout: 15_000 });
  const repeat = await gate.post(body);
  expect([repeat.status, repeat.headers.get('hookgate-duplicate')]).toEqual([200, 'true']);
  expect(application.events).toHaveLength(1);
});

test('an event whose sender closes its half behind it is delivered; the answer is lost, and the repeat has it', async () => {
  const application = await startEventApplication();
  const mayAnswer = Promise.withResolvers<void>();
  application.answer = (response) => void mayAnswer.promise.then(() => response.end('late'));
  const gate = await runGate(application.url);
  const body = signedEvent('payment.session.succeeded', { reference: 'half-closed' });
  const sender = await openRaw(gate.port, '127.0.0.1', { allowHalfOpen: true });

  sender.send(Buffer.concat([Buffer.from(head(body.length)), body]));
  sender.socket.end();
  await application.arrived(1);
  await sender.closing();
  mayAnswer.resolve();

  await vi.waitFor(async () => expect(await gate.metric(forwarded)).toBe(1), { timeout: 15_000 });
  const repeat = await gate.post(body);
  expect([repeat.status, repeat.headers.get('hookgate-duplicate')]).toEqual([200, 'true']);
  expect(application.events).toHaveLength(1);
});

test('a sender that hangs up within the body has sent nothing', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);
  const body = signedEvent('payment.session.succeeded', { reference: 'half' });
  const sender = await openRaw(gate.port);

  sender.send(Buffer.concat([Buffer.from(head(body.length)), body.subarray(0, 40)]));
  sender.socket.end();
  await sender.closing();

  expect((await gate.post(body)).headers.get('hookgate-duplicate')).toBeNull();
  expect(application.events).toHaveLength(1);
});
