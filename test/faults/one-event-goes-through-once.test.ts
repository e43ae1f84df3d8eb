/** Gates that share a Redis and are sent the same event at once, or one after the other's death. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { postEvent } from '../support/post-event.ts';
import { startRedis } from '../support/redis-server.ts';
import { shortLease, startGatesOn } from '../support/shared-store-gates.ts';
import { signedEvent } from '../support/sign-event.ts';
import { record } from './support/table.ts';

const rounds = 1000;

for (const count of [2, 4]) {
  test(`${count} gates race for the same event, 1,000 times: the application sees each once`, async () => {
    const redis = await startRedis();
    const application = await startEventApplication();
    const { urls } = await startGatesOn(redis.url, application.url, count);
    const statuses: Record<number, number> = { 200: 0, 409: 0 };
    const figures = { lost: 0, wronglySuppressed: 0, false200: 0 };
    for (let round = 0; round < rounds; round++) {
      const body = signedEvent('payment.session.succeeded', { reference: `race-${round}` });
      const answers = await Promise.all(urls.map((url) => postEvent(url, body)));
      for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
      const arrived = application.events.some(({ body: seen }) => seen.equals(body));
      if (!arrived) figures.lost += 1;
      if (!arrived && answers.some(({ status }) => status === 200)) figures.false200 += 1;
      if (!arrived && answers.some(({ headers }) => headers.has('hookgate-duplicate'))) {
        figures.wronglySuppressed += 1;
      }
    }
    const accepted = application.events.length;
    const repeated = accepted - rounds;
    record({
      fault: `${count} gates race for the same event, ${rounds} times`,
      ...figures,
      sent: rounds * count,
      accepted,
      answered200: statuses[200] as number,
      repeated,
      mostRepeated: 0,
    });
    expect({ ...figures, accepted }).toEqual({
      lost: 0,
      wronglySuppressed: 0,
      false200: 0,
      accepted: rounds,
    });
    expect(statuses).toEqual({ 200: expect.any(Number), 409: expect.any(Number) });
    expect(statuses[200]).toBeGreaterThanOrEqual(rounds);
  });
}

test('a gate killed while it holds a claim: the retry goes through after the lease, and not before', async () => {
  const redis = await startRedis();
  const application = await startEventApplication();
  const { urls, end } = await startGatesOn(redis.url, application.url, 2, shortLease);
  const answer = application.answer;
  application.answer = () => {};
  const body = signedEvent('payment.session.succeeded', { reference: 'held' });
  const first = postEvent(urls[0] as string, body).catch(() => undefined);
  const claimedMs = performance.now();
  await application.arrived(1);
  await end(0, 'SIGKILL');
  await first;
  application.answer = answer;
  let refused = 0;
  for (;;) {
    const { status } = await postEvent(urls[1] as string, body);
    if (status === 200) break;
    expect(status).toBe(409);
    refused += 1;
    await pause(100);
  }
  const afterMs = Math.round(performance.now() - claimedMs);
  record({
    fault: 'a gate killed while it holds a claim, lease 4 s',
    sent: refused + 2,
    // The application had it before the kill and answered nothing; it accepted what came after the lease.
    accepted: 1,
    answered200: 1,
    lost: 0,
    repeated: 0,
    mostRepeated: 1,
    wronglySuppressed: 0,
    false200: 0,
    longestStallMs: afterMs,
  });
  expect(application.events.length).toBe(2);
  expect(afterMs).toBeGreaterThan(3500);
  expect(refused).toBeGreaterThan(0);
});
