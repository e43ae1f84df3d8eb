import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RedisServer, startRedis } from './redis-server.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { until } from './until.ts';

export interface SentinelGroup {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinel: RedisServer;
}

/** A master named `events`, its replica, and the sentinel that watches both; resolves once it knows both. */
export async function startSentinelGroup(): Promise<SentinelGroup> {
  const common = { 'repl-diskless-sync-delay': '0' };
  const master = await startRedis(common);
  const replica = await startRedis({ ...common, replicaof: `127.0.0.1 ${master.port}` });
  await until(async () => String(await replica.ask('INFO', 'replication')).includes('master_link_status:up'));
  const file = join(temporaryDirectory(), 'sentinel.conf');
  writeFileSync(
    file,
    `sentinel monitor events 127.0.0.1 ${master.port} 1\nsentinel down-after-milliseconds events 500\n`,
  );
  const sentinel = await startRedis({}, { mode: ['--sentinel'], file });
  await until(async () => String(await sentinel.ask('INFO', 'sentinel')).includes('slaves=1'));
  return { master, replica, sentinel };
}
