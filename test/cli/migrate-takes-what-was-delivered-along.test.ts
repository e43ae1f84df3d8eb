import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { openTestStore } from '../support/embedded-store.ts';
import { openRedis } from '../support/open-redis.ts';
import { startRedis } from '../support/redis-server.ts';
import { claimed, newKey } from '../support/store-keys.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const retentionMs = 7 * 86_400_000;
const bin = new URL('../../dist/hookgate.js', import.meta.url).pathname;

async function migrate(
  from: string,
  redisUrl: string,
): Promise<{ status: number; out: string; err: string }> {
  const child = spawn(process.execPath, [bin, 'migrate', '--from', from, '--json'], {
    env: {
      ...process.env,
      HOOKGATE_UPSTREAM_URL: 'http://127.0.0.1:3000',
      HOOKGATE_PATH: '/webhooks/juicyway',
      HOOKGATE_DUPLICATES_STORE: 'redis',
      HOOKGATE_DUPLICATES_REDIS_URL: redisUrl,
    },
  });
  const [out, err, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { status: Number(status), out, err };
}

const clocks = { now: () => performance.now(), wallClock: () => Date.now() };

test('what the file remembers is delivered to the shared store, for the time that is left; again changes nothing', async () => {
  const redis = await startRedis();
  const file = join(temporaryDirectory(), 'events.db');
  const other = join(temporaryDirectory(), 'other.json');
  writeFileSync(other, '{"no":"database"}'.repeat(100));
  expect(await migrate(other, redis.url)).toMatchObject({
    status: 1,
    err: expect.stringContaining(`${other} is not a database`),
  });
  const embedded = (await openTestStore({ file, ...clocks })).store;
  const keys = Array.from({ length: 2500 }, newKey);
  await Promise.all(
    keys.map(async (key) => embedded.confirm(key, await claimed(embedded, key, 60_000), retentionMs)),
  );
  await embedded.close();

  expect(await migrate(file, redis.url)).toMatchObject({ status: 0, err: '' });
  const { store } = await openRedis({ url: redis.url });
  const kinds = await Promise.all(keys.map(async (key) => (await store.claim(key, 60_000)).kind));
  expect(new Set(kinds)).toEqual(new Set(['delivered']));
  expect((await store.claim(newKey(), 1000)).kind).toBe('claimed');
  const leftMs = Number(await redis.ask('PTTL', `hookgate:{${keys[0]}}`));
  expect(leftMs).toBeGreaterThan(retentionMs - 600_000);
  expect(leftMs).toBeLessThanOrEqual(retentionMs);

  const again = await migrate(file, redis.url);
  expect(JSON.parse(again.out)).toMatchObject({ copied: 0, known: 2500, expired: 0, inFlight: 0 });
}, 60_000);

test('a file that a gate has open, or that is not there, is refused and not made', async () => {
  const redis = await startRedis();
  const file = join(temporaryDirectory(), 'events.db');
  const missing = await migrate(file, redis.url);
  expect(missing).toMatchObject({ status: 1, err: expect.stringContaining('does not exist') });
  expect(existsSync(file)).toBe(false);
  const embedded = (await openTestStore({ file, ...clocks })).store;
  const busy = await migrate(file, redis.url);
  expect(busy).toMatchObject({ status: 1, err: expect.stringContaining('Another process has') });
  await embedded.close();
}, 60_000);

test('what a damaged log of the file has lost is said', async () => {
  const redis = await startRedis();
  const file = join(temporaryDirectory(), 'events.db');
  const { store } = await openTestStore({ file, ...clocks });
  for (const key of Array.from({ length: 10 }, newKey))
    await store.confirm(key, await claimed(store, key, 60_000), retentionMs);
  const crashed = `${file}-crashed`;
  copyFileSync(file, crashed);
  copyFileSync(`${file}-wal`, `${crashed}-wal`);
  const log = readFileSync(`${crashed}-wal`);
  writeFileSync(`${crashed}-wal`, log.fill(0, 0, 32));

  expect(await migrate(crashed, redis.url)).toMatchObject({
    status: 0,
    err: expect.stringMatching(/^hookgate migrate: The write-ahead log .*-wal is damaged: what its last \d+/),
  });
}, 60_000);
