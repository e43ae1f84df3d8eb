import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { killProcess } from '../support/kill-process.ts';
import { postEvent } from '../support/post-event.ts';
import { signedEvent } from '../support/sign-event.ts';

const rounds = 20;
const eventsPerRound = 40;
const concurrency = 8;

/**
 * The gate is killed with SIGKILL while events are under way, twenty times, always on the same store. The sender
 * tries each event again until it is answered 200, as the provider does.
 */
test('no event is lost, and none is repeated beyond those in flight at a kill', async () => {
  const application = await startEventApplication();
  const places = await prepareGate(application.url);
  const figures = { sent: 0, answered200: 0, false200: 0, kills: 0 };
  const seen = (reference: string): number =>
    application.events.filter(({ body }) => body.includes(reference)).length;
  const references: string[] = [];

  for (let round = 0; round < rounds; round++) {
    let gate = await startGateProcess(places);
    const queue = Array.from({ length: eventsPerRound }, (_, index) => `reference-${round}-${index}-`);
    references.push(...queue);
    const killAfter = 5 + round;
    let delivered = 0;
    let killed: Promise<void> | undefined;

    const deliver = async (reference: string): Promise<void> => {
      const body = signedEvent('payment.session.succeeded', { reference, amount: 1000 });
      for (;;) {
        figures.sent += 1;
        const status = await post(places.port, body);
        if (status === 200) {
          figures.answered200 += 1;
          if (seen(reference) === 0) figures.false200 += 1;
          delivered += 1;
          if (delivered === killAfter) {
            killed = restart();
          }
          return;
        }
        await killed;
      }
    };
    const restart = async (): Promise<void> => {
      figures.kills += 1;
      await killProcess(gate);
      gate = await startGateProcess(places);
    };
    const workers = Array.from({ length: concurrency }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await deliver(next);
    });
    await Promise.all(workers);
    await killed;
    await killProcess(gate);
  }

  const lost = references.filter((reference) => seen(reference) === 0).length;
  const repeated = application.events.length - references.length;
  console.log(JSON.stringify({ ...figures, accepted: application.events.length, lost, repeated }));
  expect(figures.kills).toBe(rounds);
  expect({ lost, false200: figures.false200 }).toEqual({ lost: 0, false200: 0 });
  expect(figures.answered200).toBe(references.length);
  expect(repeated).toBeLessThanOrEqual(rounds * concurrency);
}, 300_000);

/** The status, or undefined where the connection broke. */
function post(port: number, body: Buffer): Promise<number | undefined> {
  return postEvent(`http://127.0.0.1:${port}/webhooks/juicyway`, body).then(
    ({ status }) => status,
    () => undefined,
  );
}
