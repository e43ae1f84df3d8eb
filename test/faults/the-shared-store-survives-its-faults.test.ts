/** Gates that share a Redis, under load, while the store or a gate fails. Each test prints its figures. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { type LoadFigures, startLoad } from '../support/load-with-retries.ts';
import { postEvent } from '../support/post-event.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { shortLease, startGatesOn } from '../support/shared-store-gates.ts';
import { signedEvent } from '../support/sign-event.ts';
import { until } from '../support/until.ts';

const durable = { appendonly: 'yes', appendfsync: 'always' };
const concurrency = 8;

for (const gates of [2, 4]) {
  test(`${gates} gates race for the same event, 1,000 times: the application sees each once`, async () => {
    const redis = await startRedis();
    const application = await startEventApplication();
    const { urls } = await startGatesOn(redis.url, application.url, gates);
    const statuses: Record<string, number> = {};
    for (let round = 0; round < 1000; round++) {
      const body = signedEvent('payment.session.succeeded', { reference: `race-${round}` });
      for (const { status } of await Promise.all(urls.map((url) => postEvent(url, body)))) {
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    }
    console.log(JSON.stringify({ gates, rounds: 1000, accepted: application.events.length, statuses }));
    expect(application.events.length).toBe(1000);
    expect(Object.keys(statuses).toSorted()).toEqual(expect.arrayContaining(['200']));
    expect((statuses[200] ?? 0) + (statuses[409] ?? 0)).toBe(1000 * gates);
    expect(statuses[200]).toBeGreaterThanOrEqual(1000);
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
  console.log(JSON.stringify({ leaseMs: 4000, acceptedAgainAfterMs: afterMs, refused409: refused }));
  expect(afterMs).toBeGreaterThan(3500);
  expect(refused).toBeGreaterThan(0);
});

interface Fault {
  readonly name: string;
  readonly play: (redis: RedisServer) => Promise<void>;
}

const faults: readonly Fault[] = [
  {
    name: 'killed and started again from its append-only file',
    async play(redis) {
      await redis.kill();
      await pause(1500);
      await redis.restart();
    },
  },
  {
    name: 'stopped for longer than the timeout, and continued',
    async play(redis) {
      redis.process.kill('SIGSTOP');
      await pause(3000);
      redis.process.kill('SIGCONT');
    },
  },
  {
    name: 'out of memory for a while',
    async play(redis) {
      await redis.ask('CONFIG', 'SET', 'maxmemory', '100kb');
      await pause(1500);
      await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
    },
  },
  {
    name: 'made a replica, and a master again',
    async play(redis) {
      await redis.ask('CONFIG', 'SET', 'replica-read-only', 'yes');
      await redis.ask('REPLICAOF', '127.0.0.1', '1');
      await pause(1500);
      await redis.ask('REPLICAOF', 'NO', 'ONE');
    },
  },
  {
    name: 'every connection cut, twenty times',
    async play(redis) {
      for (let round = 0; round < 20; round++) {
        await redis.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await pause(100);
      }
    },
  },
];

for (const { name, play } of faults) {
  test(`the store ${name}, under load`, async () => {
    const redis = await startRedis(durable);
    const application = await startEventApplication();
    const { urls } = await startGatesOn(redis.url, application.url, 2);
    const load = startLoad({ urls, concurrency, accepted: () => application.events });
    await pause(1000);
    await play(redis);
    const backMs = performance.now();
    const before = load.figures.answered200;
    await until(() => load.figures.answered200 >= before + concurrency);
    const recoveryMs = Math.round(performance.now() - backMs);
    await pause(1000);
    const figures = await load.stop();
    console.log(JSON.stringify({ fault: name, ...figures, recoveryMs }));
    expectNothingLost(figures, concurrency);
    expect(recoveryMs).toBeLessThan(5000);
  });
}

test('gates killed one after the other, ten times, under load', async () => {
  const redis = await startRedis(durable);
  const application = await startEventApplication();
  const gates = await startGatesOn(redis.url, application.url, 2, shortLease);
  const load = startLoad({ urls: gates.urls, concurrency, accepted: () => application.events });
  for (let round = 0; round < 10; round++) {
    await pause(300);
    const index = round % 2;
    await gates.end(index, 'SIGKILL');
    await gates.startAgain(index);
  }
  const figures = await load.stop();
  console.log(JSON.stringify({ fault: 'gates killed', kills: 10, ...figures }));
  expectNothingLost(figures, 10 * concurrency);
});

function expectNothingLost(figures: LoadFigures, mostRepeated: number): void {
  expect({ lost: figures.lost, false200: figures.false200 }).toEqual({ lost: 0, false200: 0 });
  expect(figures.answered200).toBe(figures.events);
  expect(figures.repeated).toBeLessThanOrEqual(mostRepeated);
}
