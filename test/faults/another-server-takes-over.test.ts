/** A master dies under load and a replica takes its place, at a sentinel's word and in a cluster. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readMetric } from '../support/read-metric.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { untilCopied } from '../support/redis-replication.ts';
import { replicaUser, startSentinelGroup } from '../support/redis-sentinel.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { type SharedGates, shortLease } from '../support/shared-store-gates.ts';
import { until } from '../support/until.ts';
import { playUnderLoad } from './support/under-load.ts';

const behind = ({ port }: RedisServer): Record<string, string> => ({
  HOOKGATE_DUPLICATES_REDIS_SENTINELS: `127.0.0.1:${port}`,
  HOOKGATE_DUPLICATES_REDIS_MASTER: 'events',
});

/** A replica may lag by what it has not read yet, so the last records before the death may be forgotten. */
const lagging = 100;

test('sentinel fails over to the replica', async () => {
  const { master, replica, sentinel } = await startSentinelGroup();
  await playUnderLoad({
    fault: 'Sentinel fails over to the replica',
    redisUrl: master.url,
    env: behind(sentinel),
    async play() {
      await untilCopied(master, [replica]);
      await master.kill();
      await until(() => isMaster(replica));
    },
    mayForget: () => lagging,
  });
});

test("one of a cluster's three shards fails over to its replica", async () => {
  const { masters, replicas } = await startRedisCluster(3, { replicas: true });
  await playUnderLoad({
    fault: 'one shard of three fails over to its replica',
    redisUrl: masters.map(({ url }) => url).join(','),
    async play() {
      const [master] = masters as [RedisServer];
      const [replica] = replicas as [RedisServer];
      await untilCopied(master, [replica]);
      await master.kill();
      await until(() => isMaster(replica));
      // The store is back once every node that lives says that all slots are served.
      for (const node of [...masters.slice(1), ...replicas]) {
        await until(async () => String(await node.ask('CLUSTER', 'INFO')).includes('cluster_state:ok'));
      }
    },
    mayForget: () => lagging,
  });
});

test('what no replica has yet is forgotten by a failover, and is not where minReplicas makes sure of it', async () => {
  const forgotten = await failOverWithoutCopies('0');
  expect(forgotten).toBeGreaterThan(0);
  expect(await failOverWithoutCopies('1')).toBe(0);
});

/**
 * The replicas are shut out while events go on, then the master dies. Gives how many events were forgotten. Some of
 * them were claimed when the last copy was made: the new master keeps these claims until their lease ends.
 */
async function failOverWithoutCopies(minReplicas: '0' | '1'): Promise<number> {
  const { master, replicas, sentinel } = await startSentinelGroup(2);
  let notCopied = 0;
  const { forgotten } = await playUnderLoad({
    fault: `Sentinel fails over 1.5 s after the last copy, minReplicas ${minReplicas}`,
    redisUrl: master.url,
    env: { ...behind(sentinel), ...shortLease, HOOKGATE_DUPLICATES_REDIS_MIN_REPLICAS: minReplicas },
    async play(_, figures) {
      await untilCopied(master, replicas);
      await master.ask('ACL', 'DELUSER', replicaUser);
      const before = figures.answered200;
      await pause(1500);
      await master.kill();
      notCopied = figures.events - before;
      await until(async () => (await Promise.all(replicas.map(isMaster))).includes(true));
    },
    settled: minReplicas === '0' ? async () => {} : allAreRecorded,
    mayForget: () => (minReplicas === '0' ? notCopied + lagging : 0),
  });
  return forgotten;
}

async function allAreRecorded({ places }: SharedGates): Promise<void> {
  for (const { adminPort } of places) {
    const url = `http://127.0.0.1:${adminPort}`;
    await until(async () => (await readMetric(url, 'hookgate_unrecorded_events')) === 0);
  }
}

/** A sentinel cuts all connections of the server that it promotes, the one that asks included. */
function isMaster(server: RedisServer): Promise<boolean> {
  return server.ask('INFO', 'replication').then(
    (info) => String(info).includes('role:master'),
    () => false,
  );
}
