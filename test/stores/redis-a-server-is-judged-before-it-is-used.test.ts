import { expect, test } from 'vitest';
import { judgeServer, NotNow, Unfit } from '../../src/stores/redis/fitness.ts';
import type { RedisConnection } from '../../src/stores/redis/redis-connection.ts';
import { openRedis } from '../support/open-redis.ts';
import { startRedis } from '../support/redis-server.ts';
import { claimed, newKey } from '../support/store-keys.ts';

const fit = {
  redis_version: '7.0.0',
  redis_mode: 'standalone',
  maxmemory_policy: 'noeviction',
  loading: '0',
  role: 'master',
};

/** What a server of another kind would say of itself. */
function judge(said: Partial<typeof fit>): Promise<void> {
  return judgeSaying({ ...fit, ...said });
}

function judgeSaying(all: Readonly<Record<string, string>>): Promise<void> {
  const info = Object.entries(all).map(([name, value]) => `${name}:${value}`);
  const connection = { ask: async () => `# Server\r\n${info.join('\r\n')}\r\n` };
  return judgeServer(connection as unknown as RedisConnection, 'the server', { cluster: false });
}

test.each(['7.0.0', '7.2.4', '8.0.1', '10.0.0'])('version %s will do', async (redis_version) => {
  await judge({ redis_version });
});

test.each(['2.8.19', '5.0.14', '6.2.14'])(
  'version %s is too old, and the sentence says what is not',
  async (old) => {
    const judged = judge({ redis_version: old });
    await expect(judged).rejects.toBeInstanceOf(Unfit);
    await expect(judged).rejects.toThrow(
      `the server is version ${old}; the duplicate store needs Redis 7.0 or newer, or Valkey`,
    );
  },
);

test.each(['allkeys-lru', 'volatile-lru', 'volatile-ttl', 'allkeys-random'])(
  '%s is refused',
  async (policy) => {
    await expect(judge({ maxmemory_policy: policy })).rejects.toBeInstanceOf(Unfit);
  },
);

test('a Valkey says in other words whether it is part of a cluster', async () => {
  const { redis_mode, ...others } = fit;
  const valkey = { ...others, redis_version: '7.2.4', server_mode: redis_mode };
  await judgeSaying(valkey);
  await expect(judgeSaying({ ...valkey, server_mode: 'cluster' })).rejects.toThrow(/as a list of URLs/);
});

test('a server that is loading, or a replica, may be fit in a moment', async () => {
  await expect(judge({ loading: '1' })).rejects.toBeInstanceOf(NotNow);
  await expect(judge({ role: 'slave' })).rejects.toBeInstanceOf(NotNow);
});

test('a server that comes back and loads its file for a while is waited for, and remembers', async () => {
  const server = await startRedis({ appendonly: 'yes', 'key-load-delay': '200' });
  const { store, troubles } = await openRedis({ url: server.url, timeoutMs: 20_000 });
  const key = newKey();
  expect(await store.confirm(key, await claimed(store, key, 60_000), 600_000)).toBe(true);
  // Two seconds of loading: it answers others after every thousand commands, each of which it delays.
  await server.ask('EVAL', "for n = 1, 10000 do redis.call('SET', 'other:' .. n, 'x') end", '0');
  await server.kill();
  const back = server.restart();
  expect(await store.claim(key, 60_000)).toEqual({ kind: 'delivered' });
  await back;
  expect(troubles).toContainEqual(expect.stringContaining('still loading'));
});
