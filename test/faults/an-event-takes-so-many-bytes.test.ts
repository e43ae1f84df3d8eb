import { expect, test } from 'vitest';
import { openRedis } from '../support/open-redis.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { newKey } from '../support/store-keys.ts';

const retentionMs = 7 * 86_400_000;
/** The server's tables double when they are full, so an event costs most just after, and least just before. */
const counts = [131_072, 131_072 + 2_000, 200_000];
const perSecond = [1, 10, 100];

test('what an event takes in the memory of the server and in its append-only file, printed', async () => {
  const server = await startRedis({
    appendonly: 'yes',
    appendfsync: 'no',
    'auto-aof-rewrite-percentage': '0',
  });
  const { store } = await openRedis({ url: server.url, timeoutMs: 60_000 });
  const before = await sizeOf(server);
  const rows: { events: number; memory: number; file: number }[] = [];
  let events = 0;
  for (const count of counts) {
    while (events < count) {
      const some = Array.from({ length: Math.min(2000, count - events) }, newKey);
      await Promise.all(some.map((key) => store.confirm(key, 'a-token', retentionMs)));
      events += some.length;
    }
    const now = await sizeOf(server);
    rows.push({
      events,
      memory: (now.memory - before.memory) / events,
      file: (now.file - before.file) / events,
    });
  }
  console.log('| events | bytes of memory an event | bytes of append-only file an event |');
  console.log('| ---: | ---: | ---: |');
  for (const row of rows) {
    console.log(`| ${row.events} | ${Math.round(row.memory)} | ${Math.round(row.file)} |`);
  }
  const most = Math.max(...rows.map(({ memory }) => memory));
  console.log(`memory = events a second x 604800 s (seven days) x ${Math.ceil(most)} bytes`);
  console.log('| events a second, all the time | events remembered | memory of the server |');
  console.log('| ---: | ---: | ---: |');
  for (const rate of perSecond) {
    const remembered = rate * (retentionMs / 1000);
    console.log(`| ${rate} | ${remembered} | ${((remembered * most) / 2 ** 20).toFixed(0)} MiB |`);
  }
  // What the documents and the size of the chart's Valkey rest on.
  expect(most).toBeLessThan(300);
});

async function sizeOf(server: RedisServer): Promise<{ memory: number; file: number }> {
  const info = String(await server.ask('INFO'));
  const number = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return { memory: number('used_memory'), file: number('aof_current_size') };
}
