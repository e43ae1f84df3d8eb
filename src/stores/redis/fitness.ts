import { ErrorReply } from '@redis/client';
import type { RedisConnection } from './redis-connection.ts';

/** What a server must be before it may remember what was delivered. */
export interface Demands {
  readonly cluster: boolean;
}

/** The operator has to change something: waiting does not help. The message is a sentence with the remedy. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

/** The server may be fit in a moment: it is loading, or another one is the master. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
}

/** `SET … NX … GET`, which the claim is, came with this version. */
const oldestVersion = [7, 0] as const;

/**
 * Reads INFO (https://redis.io/docs/latest/commands/info/) and judges the server; the `redis_version` of a Valkey is
 * that of the Redis whose commands it has. A server that does not let this
 * user read INFO is taken as it is: managed services often forbid it.
 *
 * @throws Unfit, NotNow, or what the connection throws.
 */
export async function judgeServer(
  connection: RedisConnection,
  name: string,
  demands: Demands,
): Promise<void> {
  const info = await readInfo(connection);
  if (info === undefined) return;
  const version = info.get('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1])) {
    throw new Unfit(
      `${name} is version ${version}; the duplicate store needs Redis ${oldestVersion.join('.')} or newer, or Valkey`,
    );
  }
  const evicting = evictionIn(info, name);
  if (evicting !== undefined) throw new Unfit(evicting);
  // Valkey names it server_mode.
  const isCluster = (info.get('redis_mode') ?? info.get('server_mode')) === 'cluster';
  if (isCluster !== demands.cluster) {
    throw new Unfit(
      isCluster
        ? `${name} is part of a cluster; give duplicates.redis.url as a list of URLs`
        : `${name} is not part of a cluster; give duplicates.redis.url as one URL instead of a list`,
    );
  }
  if (info.get('loading') === '1') throw new NotNow(`${name} is still loading its data`);
  if (info.get('role') !== 'master') throw new NotNow(`${name} is a replica`);
}

/**
 * Whether the server would forget what was delivered: its policy may be changed while the gate runs. Gives a sentence.
 *
 * @throws what the connection throws.
 */
export async function evictionOf(connection: RedisConnection, name: string): Promise<string | undefined> {
  const info = await readInfo(connection, 'memory');
  return info === undefined ? undefined : evictionIn(info, name);
}

function evictionIn(info: ReadonlyMap<string, string>, name: string): string | undefined {
  const policy = info.get('maxmemory_policy');
  if (policy === undefined || policy === 'noeviction') return undefined;
  return (
    `${name} has maxmemory-policy ${policy}, which forgets delivered events when memory runs short, so that ` +
    'repeats would reach the application; set maxmemory-policy noeviction'
  );
}

async function readInfo(
  connection: RedisConnection,
  ...section: readonly string[]
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const text = String(await connection.ask(['INFO', ...section]));
    const fields = text.split('\r\n').map((line) => line.split(':', 2) as [string, string]);
    return new Map(fields);
  } catch (error) {
    if (error instanceof ErrorReply && /^NOPERM|unknown command/.test(error.message)) return undefined;
    throw error;
  }
}
