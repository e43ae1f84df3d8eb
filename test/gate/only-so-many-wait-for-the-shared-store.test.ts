import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { networkTo } from '../support/network-between.ts';
import { startRedis } from '../support/redis-server.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const mayWait = 3;

test('while the store is away limits.inFlight deliveries wait for it, all others are refused at once', async () => {
  const server = await startRedis();
  const network = await networkTo(server.port);
  const application = await startEventApplication();
  const gate = await runGate(application.url, {
    duplicates: `{ store: redis, redis: { url: "redis://127.0.0.1:${network.port}", timeout: 20s } }`,
    limits: `{ inFlight: ${mayWait} }`,
  });
  network.apply({ state: 'cut' });
  const answered: number[] = [];
  const send = async (n: number) => {
    const answer = await gate.post(signedEvent('payment.session.succeeded', { reference: `waits-${n}` }));
    answered.push(answer.status);
    return answer;
  };
  const waiting = Array.from({ length: mayWait }, (_, n) => send(n));
  // Whoever comes first waits: these have to be there before the others.
  const late: Awaited<ReturnType<typeof send>>[] = [];
  for (let n = mayWait; n < mayWait + 20; n++) {
    const answer = await Promise.race([send(n), ...waiting]);
    late.push(answer);
  }
  expect(answered).toEqual(new Array(20).fill(503));
  expect(late[0]).toMatchObject({ status: 503, code: 'overloaded' });
  expect(late[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(application.events).toEqual([]);

  network.apply({ state: 'open' });
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(application.events.length).toBe(mayWait);
});

test('who has waited for redis.timeout is told to come again', async () => {
  const server = await startRedis();
  const application = await startEventApplication();
  const gate = await runGate(application.url, {
    duplicates: `{ store: redis, redis: { url: "${server.url}", timeout: 300ms } }`,
  });
  await server.kill();
  const answer = await gate.post(signedEvent('payment.session.succeeded', { reference: 'waited' }));
  expect(answer).toMatchObject({ status: 503, code: 'store_unavailable' });
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
});
