import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { until } from '../support/until.ts';

const heldMs = 600;

/** Seconds that the gate says it has added to all deliveries; those of these tests take a few milliseconds. */
const ownSeconds = 'hookgate_gate_duration_seconds_sum';
const deliveries = 'hookgate_gate_duration_seconds_count';

async function hold(): Promise<void> {
  const heldAtMs = performance.now();
  await until(() => performance.now() - heldAtMs > heldMs);
}

test('neither the event that waits for the application nor the repeat that waits for this event counts it', async () => {
  const application = await startEventApplication();
  const held: ServerResponse[] = [];
  application.answer = (response) => void held.push(response);
  const gate = await runGate(application.url);
  const event = signedEvent('payment.a', { n: 1 });

  const first = gate.post(event);
  await application.arrived(1);
  const repeat = gate.post(event);
  await until(async () => (await gate.metric('hookgate_in_flight')) === 2);
  await hold();
  for (const response of held) response.end();

  expect([(await first).status, (await repeat).status]).toEqual([200, 200]);
  expect(await gate.metric(deliveries)).toBe(2);
  expect(await gate.metric(ownSeconds)).toBeLessThan(heldMs / 2 / 1000);
});

test('nor does a repeat that is told to come again', async () => {
  const application = await startEventApplication();
  const store = createMemoryStore({ now: () => performance.now(), maxKeys: 10 });
  const recording = Promise.withResolvers<void>();
  const confirm = async (...record: Parameters<typeof store.confirm>): Promise<boolean> => {
    await recording.promise;
    return store.confirm(...record);
  };
  const sections = { upstream: `UPSTREAM, timeout: ${heldMs}ms }` };
  const gate = await runGate(application.url, sections, { ...store, confirm });
  const event = signedEvent('payment.a', { n: 1 });

  const first = gate.post(event);
  await application.arrived(1);
  expect((await gate.post(event)).code).toBe('in_flight_elsewhere');

  expect(await gate.metric(deliveries)).toBe(1);
  expect(await gate.metric(ownSeconds)).toBeLessThan(heldMs / 2 / 1000);
  recording.resolve();
  expect((await first).status).toBe(200);
});

test('nor does an event whose body comes late', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);
  const event = signedEvent('payment.a', { n: 1 });
  const late = new ReadableStream<Uint8Array>({
    async start(body) {
      body.enqueue(new Uint8Array(event.subarray(0, 10)));
      await hold();
      body.enqueue(new Uint8Array(event.subarray(10)));
      body.close();
    },
  });

  const answer = await fetch(gate.url, {
    method: 'POST',
    body: late,
    duplex: 'half',
    headers: { 'content-type': 'application/json' },
  });

  expect(answer.status).toBe(200);
  expect(await gate.metric(ownSeconds)).toBeLessThan(heldMs / 2 / 1000);
});
