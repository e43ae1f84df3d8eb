/** Two gates that share a Redis, under load, while the store, the network to it, a clock or a gate fails. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { separateNetworkTo } from '../support/network-between.ts';
import { startRedis } from '../support/redis-server.ts';
import { shortLease } from '../support/shared-store-gates.ts';
import { until } from '../support/until.ts';
import { networkFaults, serverFaults } from './support/store-faults.ts';
import { concurrency, playUnderLoad } from './support/under-load.ts';

const durable = { appendonly: 'yes', appendfsync: 'always' };

for (const [fault, play] of Object.entries(serverFaults)) {
  test(`the store ${fault}`, async () => {
    const redis = await startRedis(durable);
    await playUnderLoad({ fault: `the store ${fault}`, redisUrl: redis.url, play: () => play(redis) });
  });
}

for (const [fault, play] of Object.entries(networkFaults)) {
  test(`the network to the store ${fault}`, async () => {
    const redis = await startRedis(durable);
    const network = await separateNetworkTo(redis.port);
    await playUnderLoad({
      fault: `the network to the store ${fault}`,
      redisUrl: `redis://127.0.0.1:${network.port}`,
      play: () => play(network),
    });
  });
}

test('the store is restarted empty: nothing is lost, and what was delivered before is repeated once, when sent again', async () => {
  const redis = await startRedis();
  let before = 0;
  const { forgotten } = await playUnderLoad({
    fault: 'the store killed and restarted empty',
    redisUrl: redis.url,
    async play(_, figures) {
      await redis.kill();
      before = figures.events;
      await redis.restart();
    },
    mayForget: () => before,
  });
  expect(forgotten).toBeGreaterThan(before - 2 * concurrency);
});

const hour = 3600;
const jumps = [hour, -hour, 48 * hour, 0];

/** Whether a clock is as far off as it was told to be; nothing here takes a minute. */
function isOff(seconds: number, offset: number): boolean {
  return Math.abs(seconds - Date.now() / 1000 - offset) < 60;
}

test('the clock of the store jumps an hour ahead, an hour back, two days ahead, and is right again', async () => {
  const clock = createJumpingClock();
  const redis = await startRedis(durable, { env: clock.env });
  const wallClock = async (): Promise<number> => Number(((await redis.ask('TIME')) as string[])[0]);
  await playUnderLoad({
    fault: "the store's clock jumps +1 h, -1 h, +48 h and back",
    redisUrl: redis.url,
    moments: jumps.length,
    async play() {
      for (const offset of jumps) {
        clock.jumpTo(offset);
        await until(async () => isOff(await wallClock(), offset));
        await pause(1000);
      }
    },
  });
});

test('the clocks of the gates jump an hour ahead, an hour back, two days ahead, and are right again', async () => {
  const clock = createJumpingClock();
  const redis = await startRedis(durable);
  await playUnderLoad({
    fault: "the gates' clocks jump +1 h, -1 h, +48 h and back",
    redisUrl: redis.url,
    env: clock.env,
    moments: jumps.length,
    async play(gates) {
      for (const offset of jumps) {
        clock.jumpTo(offset);
        for (const url of gates.urls) {
          const dateOf = async () => Date.parse((await fetch(url)).headers.get('date') ?? '') / 1000;
          await until(async () => isOff(await dateOf(), offset));
        }
        await pause(1000);
      }
    },
  });
});

test('gates killed one after the other, ten times', async () => {
  const redis = await startRedis(durable);
  const kills = 10;
  await playUnderLoad({
    fault: `a gate killed, ${kills} times`,
    redisUrl: redis.url,
    env: shortLease,
    moments: kills,
    async play(gates) {
      for (let round = 0; round < kills; round++) {
        await pause(300);
        await gates.end(round % 2, 'SIGKILL');
        await gates.startAgain(round % 2);
      }
    },
  });
});
