import { type RedisServer, startRedis } from './redis-server.ts';
import { until } from './until.ts';

/** A cluster of `shards` masters, each with a replica where `replicas` is true; resolves once all slots are served. */
export async function startRedisCluster(
  shards: number,
  { replicas = false } = {},
): Promise<{ masters: RedisServer[]; replicas: RedisServer[] }> {
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-node-timeout': '1000',
    'cluster-replica-validity-factor': '0',
    'repl-diskless-sync-delay': '0',
  };
  const many = (count: number): Promise<RedisServer[]> =>
    Promise.all(Array.from({ length: count }, () => startRedis(settings)));
  const masters = await many(shards);
  const slaves = await many(replicas ? shards : 0);
  const [first] = masters as [RedisServer];
  for (const [index, node] of masters.entries()) {
    const from = Math.floor((index * 16384) / shards);
    const to = Math.floor(((index + 1) * 16384) / shards) - 1;
    await node.ask('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
    await node.ask('CONFIG', 'SET', 'cluster-announce-ip', '127.0.0.1');
    if (node !== first) await node.ask('CLUSTER', 'MEET', '127.0.0.1', String(first.port));
  }
  for (const node of slaves) await node.ask('CLUSTER', 'MEET', '127.0.0.1', String(first.port));
  await until(async () =>
    (await Promise.all(masters.map((node) => node.ask('CLUSTER', 'INFO')))).every(
      (info) =>
        String(info).includes('cluster_state:ok') &&
        String(info).includes(`cluster_known_nodes:${masters.length + slaves.length}`),
    ),
  );
  for (const [index, node] of slaves.entries()) {
    const id = String(await (masters[index] as RedisServer).ask('CLUSTER', 'MYID'));
    await until(async () => String(await node.ask('CLUSTER', 'NODES')).includes(id));
    await node.ask('CLUSTER', 'REPLICATE', id);
  }
  await until(async () =>
    (await Promise.all(slaves.map((node) => node.ask('INFO', 'replication')))).every((info) =>
      String(info).includes('master_link_status:up'),
    ),
  );
  return { masters, replicas: slaves };
}
