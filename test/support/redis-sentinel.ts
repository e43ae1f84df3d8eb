import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RedisServer, startRedis } from './redis-server.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { until } from './until.ts';

export interface SentinelGroup {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly replicas: readonly RedisServer[];
  readonly sentinel: RedisServer;
}

/** Replicas log in as this user, so that a test can shut them out with `ACL DELUSER`. */
export const replicaUser = 'copier';

/** A master named `events`, its replicas, and the sentinel that watches all; resolves once it knows all. */
export async function startSentinelGroup(count = 1): Promise<SentinelGroup> {
  const common = { 'repl-diskless-sync-delay': '0', masteruser: replicaUser, masterauth: 'copies' };
  const start = async (settings: Record<string, string>): Promise<RedisServer> => {
    const server = await startRedis({ ...common, ...settings });
    await server.ask('ACL', 'SETUSER', replicaUser, 'on', '>copies', '+psync', '+replconf', '+ping');
    return server;
  };
  const master = await start({});
  const replicaof = `127.0.0.1 ${master.port}`;
  const replicas = await Promise.all(Array.from({ length: count }, () => start({ replicaof })));
  for (const replica of replicas) {
    await until(async () =>
      String(await replica.ask('INFO', 'replication')).includes('master_link_status:up'),
    );
  }
  const file = join(temporaryDirectory(), 'sentinel.conf');
  writeFileSync(
    file,
    `sentinel monitor events 127.0.0.1 ${master.port} 1\nsentinel down-after-milliseconds events 500\n`,
  );
  const sentinel = await startRedis({}, { mode: ['--sentinel'], file });
  await until(async () => String(await sentinel.ask('INFO', 'sentinel')).includes(`slaves=${count}`));
  const [replica] = replicas as [RedisServer];
  return { master, replica, replicas, sentinel };
}
