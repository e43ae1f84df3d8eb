import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { postEvent } from '../support/post-event.ts';
import { readMetric } from '../support/read-metric.ts';
import { signedEvent, testSecret } from '../support/sign-event.ts';

const customer = 'ada.obi@customers.example';
const data = { reference: 'the-first-reference', customer: { email: customer }, amount: 1000 };
const event = 'payment.session.succeeded';
const genuine = signedEvent(event, data).toString();
const checksum = createHmac('sha256', testSecret)
  .update(`${event}|${JSON.stringify(data)}`)
  .digest('hex');

const { checksum: written } = JSON.parse(genuine) as { checksum: string };
const unverified = 'forged.by.somebody';

/** Every way in which a body or a part of it could end up in a sentence. */
const bodies: Readonly<Record<string, string>> = {
  genuine,
  repeat: genuine,
  'a wrong checksum': genuine.replace('"amount":1000', '"amount":87654321912345'),
  'another event': genuine.replace(event, unverified),
  'no checksum': genuine.replace(`"checksum":"${written}",`, ''),
  'a checksum that is no hex': genuine.replace(written, `${written.slice(0, 63)}g`),
  'a repeated key': genuine.replace('"amount"', `"${customer}":1,"${customer}":2,"amount"`),
  'a name that looks signed': genuine.replace('"data"', `"Data":"${customer}","data"`),
  'an event that is none': genuine.replace(event, `${customer}|`),
  'bytes behind the end': `${genuine}${customer}`,
  'half a body': genuine.slice(0, -20),
  'no JSON': `email=${customer}`,
  'an unsigned field': genuine.replace(/}$/, `,"note":"${customer}"}`),
};

test('neither log at level trace, nor admin port, nor answers hold keys, checksums, bodies or forged names', async () => {
  const application = await startEventApplication();
  const places = await prepareGate(application.url);
  const gate = await startGateProcess(places, {
    stdout: 'pipe',
    env: { HOOKGATE_LOG_LEVEL: 'trace', HOOKGATE_DRAIN_DELAY: '0s', HOOKGATE_UPSTREAM_TIMEOUT: '5s' },
  });
  const log = text(gate.stdout as NodeJS.ReadableStream & AsyncIterable<Buffer>);
  const url = `http://127.0.0.1:${places.port}/webhooks/juicyway`;
  const adminUrl = `http://127.0.0.1:${places.adminPort}`;

  const answers: string[] = [];
  const post = async (body: string, query = ''): Promise<number> => {
    const answer = await postEvent(`${url}${query}`, body);
    answers.push(answer.text, JSON.stringify([...answer.headers]));
    return answer.status;
  };
  for (const body of Object.values(bodies)) await post(body);
  await post(genuine, `?checksum=${written}&email=${customer}`);
  await postEvent(url.replace('juicyway', customer), genuine);
  // The application fails in its three ways.
  const other = (reference: string): string => signedEvent(event, { ...data, reference }).toString();
  application.answer = (response) => void response.writeHead(500).end(customer);
  expect(await post(other('r-2'))).toBe(500);
  answers.length = 0;
  application.answer = (response) => response.socket?.end(`HTTP/1.1 ${customer}\r\n\r\n`);
  expect(await post(other('r-3'))).toBe(502);
  application.answer = () => {};
  expect(await post(other('r-4'))).toBe(504);

  const pages = await Promise.all(
    ['metrics', 'livez', 'readyz', 'status', 'rejections'].map(async (page) =>
      (await fetch(`${adminUrl}/${page}`)).text(),
    ),
  );
  const outcome = (name: string): Promise<number> =>
    readMetric(adminUrl, `hookgate_deliveries_total{route="juicyway",outcome="${name}"}`);
  expect(
    await Promise.all(['forwarded', 'duplicate', 'upstream_refused', 'upstream_failed'].map(outcome)),
  ).toEqual([1, 3, 1, 2]);
  gate.kill('SIGTERM');
  await once(gate, 'exit');

  const told = [await log, ...pages, ...answers].join('\n').toLowerCase();
  const secret = testSecret.toString();
  for (const hidden of [
    secret,
    testSecret.toString('base64'),
    testSecret.toString('hex'),
    checksum,
    written.slice(0, 32),
    customer,
    '87654321912345',
    unverified,
    'the-first-reference',
  ]) {
    expect(told.includes(hidden.toLowerCase()), hidden).toBe(false);
  }
  expect(told).toContain(event);
});
