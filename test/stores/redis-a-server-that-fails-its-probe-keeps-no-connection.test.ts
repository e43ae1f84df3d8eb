import { expect, test } from 'vitest';
import { evictionOf } from '../../src/stores/redis/fitness.ts';
import { createLink } from '../../src/stores/redis/link.ts';
import { dial, type RedisConnection } from '../../src/stores/redis/redis-connection.ts';
import { startScriptedRedis } from '../support/scripted-redis.ts';
import { until } from '../support/until.ts';

test('a connection on which the first probe is answered with an error is closed before the next is made', async () => {
  // As a server does while a script runs for too long.
  const port = await startScriptedRedis(() => '-BUSY Redis is busy running a script\r\n');
  const opened: RedisConnection[] = [];
  const ended = new Set<RedisConnection>();
  const link = createLink({
    async open() {
      const login = { database: 0, username: undefined, password: undefined, tls: undefined };
      const connection = await dial({ address: { host: '127.0.0.1', port }, timeoutMs: 5000, ...login });
      opened.push(connection);
      void connection.ended.then(() => ended.add(connection));
      return connection;
    },
    async probe(connection) {
      await evictionOf(connection, 'the server');
      return undefined;
    },
    now: () => performance.now(),
  });
  await until(async () => opened.length > 1);
  expect(ended).toContain(opened[0]);
  expect(link.trouble).toMatch(/BUSY/);
  link.close();
});
