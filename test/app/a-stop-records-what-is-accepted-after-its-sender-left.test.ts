import { expect, test } from 'vitest';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { startEventApplication } from '../support/event-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { until } from '../support/until.ts';

/** No socket is open any more, so nothing but the delivery itself can keep the stop waiting. */
test('a stop closes the store only after the last event was recorded', async () => {
  const application = await startEventApplication();
  let accept = (): void => {};
  application.answer = (response) => {
    accept = () => response.end();
  };
  const memory = createMemoryStore({ now: () => performance.now(), maxKeys: 10 });
  const asked: string[] = [];
  const gate = await runGate(
    application.url,
    {},
    {
      ...memory,
      confirm(...confirmation) {
        asked.push('record');
        return memory.confirm(...confirmation);
      },
      close() {
        asked.push('close');
        return memory.close();
      },
    },
  );
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
