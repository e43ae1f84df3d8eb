import type { ServerResponse } from 'node:http';
import { expect, test, vi } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const copies = 21;

/** Sends 21 copies at once; the application holds the first until all have arrived at the gate. */
async function sendCopies(answer: (response: ServerResponse) => void) {
  const application = await startEventApplication();
  const held: ServerResponse[] = [];
  application.answer = (response) => void held.push(response);
  const gate = await runGate(application.url);
  const body = signedEvent('payment.session.succeeded', { reference: 'copies' });

  const answers = Array.from({ length: copies }, () => gate.post(body));
  await vi.waitFor(async () => expect(await gate.metric('hookgate_in_flight')).toBe(copies), {
    timeout: 15_000,
  });
  // Their heads have come; what they wrote with them is read before a connection that is opened after them.
  await gate.post('{}');
  expect(held).toHaveLength(1);
  for (const response of held) answer(response);
  application.answer = (response) => void response.end('later');
  return { application, gate, body, answers: await Promise.all(answers) };
}

test('20 repeats wait for the first, and are told what became of it', async () => {
  const { application, gate, answers } = await sendCopies((response) => void response.end('{"first":true}'));

  expect(answers.map(({ status }) => status)).toEqual(Array(copies).fill(200));
  expect(answers.filter(({ headers }) => headers.get('hookgate-duplicate') === 'true')).toHaveLength(
    copies - 1,
  );
  expect(application.events).toHaveLength(1);
  const deliveries = (outcome: string) =>
    gate.metric(`hookgate_deliveries_total{route="juicyway",outcome="${outcome}"}`);
  expect([await deliveries('forwarded'), await deliveries('duplicate')]).toEqual([1, copies - 1]);
});

test('when the first fails, all are told so, and the retry goes through', async () => {
  const { application, gate, body, answers } = await sendCopies((response) => {
    response.statusCode = 500;
    response.end('out of order');
  });

  expect(answers.map(({ status, text }) => [status, text])).toEqual(
    Array(copies).fill([500, 'out of order']),
  );
  expect(application.events).toHaveLength(1);
  const retry = await gate.post(body);
  expect([retry.status, retry.text, retry.headers.get('hookgate-duplicate')]).toEqual([200, 'later', null]);
});
