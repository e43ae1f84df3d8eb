/** Every fault of the store, one after the other, while the application resets, breaks off, stalls and restarts. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type FickleApplication, startFickleApplication } from '../support/fickle-application.ts';
import { startLoad } from '../support/load-with-retries.ts';
import { separateNetworkTo } from '../support/network-between.ts';
import { startRedis } from '../support/redis-server.ts';
import { createDice } from '../support/seeded-dice.ts';
import { shortLease, startGatesOn } from '../support/shared-store-gates.ts';
import { until } from '../support/until.ts';
import { networkFaults, serverFaults } from './support/store-faults.ts';
import { record } from './support/table.ts';
import { concurrency, expectNothingLost } from './support/under-load.ts';

const seed = 20_261_125;

test('nothing is lost, and no repeat comes but of what the application may have had', async () => {
  const redis = await startRedis({ appendonly: 'yes', appendfsync: 'always' });
  const network = await separateNetworkTo(redis.port);
  const application = await startFickleApplication();
  const gates = await startGatesOn(`redis://127.0.0.1:${network.port}`, application.url, 2, shortLease);
  const load = startLoad({ urls: gates.urls, concurrency, accepted: () => application.accepted });
  const moody = misbehave(application);
  for (const play of Object.values(serverFaults)) {
    await play(redis);
    await pause(500);
  }
  for (const play of Object.values(networkFaults)) {
    await play(network);
    await pause(500);
  }
  await gates.end(0, 'SIGKILL');
  await gates.startAgain(0);
  const times = await moody.end();
  const backMs = performance.now();
  const before = load.figures.answered200;
  await until(() => load.figures.answered200 >= before + concurrency + 1);
  const recoveryMs = Math.round(performance.now() - backMs);
  const figures = await load.stop();
  const forgotten = await load.sendAgain();
  const { wronglySuppressed, false200 } = load.figures;
  const all = { ...figures, wronglySuppressed, false200 };
  // Answered 502 or 504, or not at all: each of these requests was in flight when something failed.
  const mostRepeated = figures.unknown;
  const faults = Object.keys({ ...serverFaults, ...networkFaults }).length;
  record({
    fault: `all ${faults} faults above in a row and a gate killed, the application failing meanwhile ${times} times`,
    ...all,
    mostRepeated,
    recoveryMs,
    forgotten,
  });
  expectNothingLost(all, mostRepeated);
  expect(forgotten).toBe(0);
  // A gate that died in the midst of it held claims, which last for the lease.
  expect(recoveryMs).toBeLessThan(5000);
}, 240_000);

/** Fails in one way or another about every second, until it is ended; gives how often. */
function misbehave(application: FickleApplication): { end(): Promise<number> } {
  const dice = createDice(seed);
  let times = 0;
  let ending = false;
  const going = (async () => {
    while (!ending) {
      await pause(200 + dice.below(600));
      const way = dice.pick(['resetting', 'breaking off', 'stalled', 'restarting'] as const);
      times += 1;
      if (way === 'restarting') await application.restart(100 + dice.below(400));
      else {
        application.become(way);
        // Now and then longer than the gates wait for an answer, which are 2 s.
        await pause(way === 'stalled' ? 300 + dice.below(2500) : 100 + dice.below(300));
        application.become('well');
      }
    }
  })();
  return {
    async end() {
      ending = true;
      await going;
      return times;
    },
  };
}
