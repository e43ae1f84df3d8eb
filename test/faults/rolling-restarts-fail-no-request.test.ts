import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { balance, checkMs } from '../support/balanced-gates.ts';
import { startEventApplication } from '../support/event-application.ts';
import { postEvent } from '../support/post-event.ts';
import { startRedis } from '../support/redis-server.ts';
import { startGatesOn } from '../support/shared-store-gates.ts';
import { signedEvent } from '../support/sign-event.ts';
import { record } from './support/table.ts';

const rounds = 20;
const gates = 4;
const concurrency = 8;

test('twenty rolling restarts of four gates behind HAProxy: no request of a sender that never retries fails', async () => {
  const redis = await startRedis();
  const application = await startEventApplication();
  // A busy machine must not look like a store that hangs: it is the restarts that are looked at here.
  const env = { HOOKGATE_DRAIN_DELAY: '600ms', HOOKGATE_DUPLICATES_REDIS_TIMEOUT: '10s' };
  const running = await startGatesOn(redis.url, application.url, gates, env);
  const port = await balance(running.places);
  const url = `http://127.0.0.1:${port}/webhooks/juicyway`;
  const failures: Record<string, number> = {};
  let sent = 0;
  let lastMs = performance.now();
  let longestStallMs = 0;
  let stopping = false;
  const workers = Array.from({ length: concurrency }, async () => {
    while (!stopping) {
      sent += 1;
      const body = signedEvent('payment.session.succeeded', { reference: `rolling-${sent}` });
      const came = await postEvent(url, body).then(
        ({ status, code }) => (status === 200 ? '200' : `${status} ${code ?? 'of HAProxy'}`),
        (error: Error) => error.message,
      );
      if (came !== '200') failures[came] = (failures[came] ?? 0) + 1;
      else {
        longestStallMs = Math.max(longestStallMs, Math.round(performance.now() - lastMs));
        lastMs = performance.now();
      }
      // Some hundred a second are enough; the machine has the gates to start.
      await pause(10);
    }
  });
  let restarts = 0;
  for (let round = 0; round < rounds; round++) {
    for (let index = 0; index < gates; index++) {
      expect(await running.end(index, 'SIGTERM')).toEqual([0, null]);
      await running.startAgain(index);
      restarts += 1;
      // The next one goes only when HAProxy has seen that this one is back.
      await pause(3 * checkMs);
    }
  }
  stopping = true;
  await Promise.all(workers);
  const accepted = application.events.length;
  const distinct = new Set(application.events.map(({ body }) => String(body))).size;
  const answered200 = sent - Object.values(failures).reduce((sum, count) => sum + count, 0);
  record({
    fault: `${restarts} restarts of ${gates} gates behind HAProxy, one at a time, no retries`,
    sent,
    accepted,
    answered200,
    lost: sent - distinct,
    repeated: accepted - distinct,
    mostRepeated: 0,
    // Every event is sent once, so a 200 without its acceptance would show here.
    wronglySuppressed: Math.max(0, answered200 - distinct),
    false200: Math.max(0, answered200 - distinct),
    longestStallMs,
  });
  expect(failures).toEqual({});
  expect({ accepted, distinct }).toEqual({ accepted: sent, distinct: sent });
}, 600_000);
