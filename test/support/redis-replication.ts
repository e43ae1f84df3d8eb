import type { RedisServer } from './redis-server.ts';
import { until } from './until.ts';

/**
 * Resolves once each replica has what its master had when this was called. A link that is up does not say so: a server
 * of version 7.0 streams to a new replica only after its first acknowledgement, up to a second later.
 */
export async function untilCopied(master: RedisServer, replicas: readonly RedisServer[]): Promise<void> {
  const offset = await offsetOf(master, 'master_repl_offset');
  for (const replica of replicas) {
    await until(async () => (await offsetOf(replica, 'slave_repl_offset')) >= offset);
  }
}

async function offsetOf(server: RedisServer, field: string): Promise<number> {
  const info = String(await server.ask('INFO', 'replication'));
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? Number.NaN);
}
