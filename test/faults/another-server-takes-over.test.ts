/** A master dies under load and a replica takes its place, at a sentinel's word and in a cluster. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { startLoad } from '../support/load-with-retries.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { startSentinelGroup } from '../support/redis-sentinel.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { startGatesOn } from '../support/shared-store-gates.ts';
import { until } from '../support/until.ts';

const concurrency = 8;

test('sentinel fails over to the replica', async () => {
  const { master, replica, sentinel } = await startSentinelGroup();
  await play('sentinel fails over', master, replica, {
    HOOKGATE_DUPLICATES_REDIS_SENTINELS: `127.0.0.1:${sentinel.port}`,
    HOOKGATE_DUPLICATES_REDIS_MASTER: 'events',
  });
});

test("one of a cluster's three shards fails over to its replica", async () => {
  const { masters, replicas } = await startRedisCluster(3, { replicas: true });
  const urls = masters.map(({ url }) => url).join(',');
  await play('a shard of three fails over', masters[0] as RedisServer, replicas[0] as RedisServer, {
    HOOKGATE_DUPLICATES_REDIS_URL: urls,
  });
});

/**
 * Replication is asynchronous, so what the master had recorded and not passed on may reach the application again when
 * a sender that was told 200 sends once more; the sender here stops at 200, so it is the claims in flight that count.
 */
async function play(
  fault: string,
  victim: RedisServer,
  heir: RedisServer,
  env: Record<string, string>,
): Promise<void> {
  const application = await startEventApplication();
  const { urls } = await startGatesOn(victim.url, application.url, 2, env);
  const load = startLoad({ urls, concurrency, accepted: () => application.events });
  await pause(1000);
  await victim.kill();
  await until(() => isMaster(heir));
  const backMs = performance.now();
  const before = load.figures.answered200;
  await until(() => load.figures.answered200 >= before + 10 * concurrency);
  const recoveryMs = Math.round(performance.now() - backMs);
  await pause(1000);
  const figures = await load.stop();
  console.log(JSON.stringify({ fault, ...figures, recoveryMs }));
  expect({ lost: figures.lost, false200: figures.false200 }).toEqual({ lost: 0, false200: 0 });
  expect(figures.repeated).toBeLessThanOrEqual(concurrency);
  expect(recoveryMs).toBeLessThan(5000);
}

/** A sentinel cuts all connections of the server that it promotes, the one that asks included. */
function isMaster(server: RedisServer): Promise<boolean> {
  return server.ask('INFO', 'replication').then(
    (info) => String(info).includes('role:master'),
    () => false,
  );
}
