import { expect, test } from 'vitest';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

test('the 200 leaves only once the store has recorded the event, and that of a repeat no sooner', async () => {
  const application = await startEventApplication();
  const asked = Promise.withResolvers<void>();
  const recorded = Promise.withResolvers<void>();
  const memory = createMemoryStore({ now: () => performance.now(), maxKeys: 100 });
  const gate = await runGate(
    application.url,
    {},
    {
      ...memory,
      async confirm(...confirmation) {
        asked.resolve();
        await recorded.promise;
        return memory.confirm(...confirmation);
      },
    },
  );
  let isAnswered = false;
  const event = signedEvent('payment.session.succeeded', { reference: 'r-1' });
  const answer = gate.post(event);
  void answer.then(() => (isAnswered = true));

  await asked.promise;
  const repeat = gate.post(event);
  // Others go all the way meanwhile; the application has long answered the first.
  for (let count = 0; count < 5; count++) expect((await gate.post('{}')).status).toBe(400);
  expect([application.events.length, isAnswered]).toEqual([1, false]);

  recorded.resolve();
  expect((await answer).status).toBe(200);
  // It has waited for the record as well: before it, another attempt could not have told that the event was delivered.
  const { status, headers } = await repeat;
  expect([status, headers.get('hookgate-duplicate'), application.events.length]).toEqual([200, 'true', 1]);
});
