import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { startEventApplication } from '../support/event-application.ts';
import { postEvent } from '../support/post-event.ts';
import { openRaw } from '../support/raw-http.ts';
import { replaceFile } from '../support/replace-file.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { until } from '../support/until.ts';

/** A store that notes when it is asked to record and to close, and records once `mayRecord` resolves. */
function watchedStore(mayRecord: () => Promise<unknown> = async () => undefined) {
  const memory = createMemoryStore({ now: () => performance.now(), maxKeys: 10 });
  const asked: string[] = [];
  const store: DuplicateStore = {
    ...memory,
    answersWithinMs: 5000,
    async confirm(...confirmation) {
      asked.push('record');
      await mayRecord();
      return memory.confirm(...confirmation);
    },
    close() {
      asked.push('close');
      return memory.close();
    },
  };
  return { store, asked };
}

/** No socket is open any more, so nothing but the delivery itself can keep the stop waiting. */
test('a stop closes the store only after the last event was recorded', async () => {
  const application = await startEventApplication();
  let accept = (): void => {};
  application.answer = (response) => {
    accept = () => response.end();
  };
  const { store, asked } = watchedStore();
  const gate = await runGate(application.url, {}, store);
  const body = signedEvent('payment.session.succeeded', { reference: 'r-1' });
  const sender = await openRaw(gate.port);
  sender.send(
    'POST /webhooks/juicyway HTTP/1.1\r\nHost: gate.test\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  await application.arrived(1);
  sender.socket.resetAndDestroy();

  const stopped = gate.gate.stop();
  await until(() =>
    fetch(gate.url).then(
      () => false,
      () => true,
    ),
  );
  accept();
  await stopped;

  expect(asked).toEqual(['record', 'close']);
});

test('a stop waits for an event that began under a longer timeout than the one that is in force', async () => {
  const application = await startEventApplication();
  let accept = (): void => {};
  application.answer = (response, { url }) => {
    if (url === '/webhooks/juicyway') accept = () => response.end();
  };
  const { store, asked } = watchedStore();
  const gate = await runGate(
    application.url,
    {
      upstream: 'UPSTREAM, connectTimeout: 100ms, timeout: 10s }',
      routes:
        '[{ name: juicyway, path: /webhooks/juicyway }, { name: brief, path: /webhooks/brief, ' +
        'upstream: UPSTREAM, connectTimeout: 100ms, timeout: 500ms } }]',
    },
    store,
  );
  const body = signedEvent('payment.session.succeeded', { reference: 'r-1' });
  const answer = gate.post(body);
  await application.arrived(1);
  const unanswered = postEvent(`http://127.0.0.1:${gate.port}/webhooks/brief`, body);
  await application.arrived(2);

  const text = readFileSync(gate.configFile, 'utf8');
  replaceFile(gate.configFile, text.replaceAll(/ timeout: (?:10s|500ms)/g, ' timeout: 100ms'));
  await gate.gate.reload();
  const stopped = gate.gate.stop();
  expect((await unanswered).status).toBe(504);
  accept();
  await stopped;

  expect([(await answer).status, asked]).toEqual([200, ['record', 'close']]);
});

/** A timeout counts the wait for a connection, so that no answer takes longer. */
const brief = { upstream: 'UPSTREAM, connectTimeout: 50s, timeout: 200ms }' };
const body = signedEvent('payment.session.succeeded', { reference: 'r-1' });
const head =
  'POST /webhooks/juicyway HTTP/1.1\r\nHost: gate.test\r\nContent-Type: application/json\r\n' +
  `Content-Length: ${body.length}\r\n`;

const stopWithinMs = 20_000;

test('a stop waits for an event whose body comes slowly, and not so long for a head that never ends', {
  timeout: stopWithinMs,
}, async () => {
  const application = await startEventApplication();
  const { store, asked } = watchedStore();
  const gate = await runGate(application.url, { ...brief, limits: '{ bodyTime: 1m }' }, store);
  const unended = await openRaw(gate.port);
  unended.send(head);
  const sender = await openRaw(gate.port);
  sender.send(`${head}Expect: 100-continue\r\n\r\n`);
  await sender.receives('100 Continue');

  const stopped = gate.gate.stop();
  await unended.closing();
  sender.send(body);
  await stopped;

  expect([await sender.answers(1), asked]).toEqual([[200], ['record', 'close']]);
});

test('a stop waits for a store that takes its time to record an event', async () => {
  const application = await startEventApplication();
  const { store, asked } = watchedStore(() => sleep(600));
  const gate = await runGate(application.url, { ...brief, limits: '{ bodyTime: 50ms }' }, store);
  const answer = gate.post(body);
  await application.arrived(1);

  await gate.gate.stop();

  expect([(await answer).status, asked]).toEqual([200, ['record', 'close']]);
});
