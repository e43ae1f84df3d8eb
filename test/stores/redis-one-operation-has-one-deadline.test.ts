import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import type { RedisSettings } from '../../src/delivery/redis-settings.ts';
import { openRedis } from '../support/open-redis.ts';
import { allSlotsOf, type Script, silent, startScriptedRedis } from '../support/scripted-redis.ts';
import { newKey } from '../support/store-keys.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const timeoutMs = 2000;
/** A second deadline, one after the other, would take twice as long; what is below that is a busy machine's. */
const latestMs = 2 * timeoutMs;

const urlOf = (port: number): string => `redis://127.0.0.1:${port}`;
const info =
  'redis_version:7.2.0\r\nredis_mode:cluster\r\nmaxmemory_policy:noeviction\r\nloading:0\r\nrole:master\r\n';

/** A node that greets, is fit, and takes the gate's probe; `rest` answers what is left. */
const fitNode =
  (rest: Script, slots: () => string = () => ''): Script =>
  (words) => {
    if (words[0] === 'CLUSTER') return slots();
    if (words[0] === 'INFO') return `$${info.length}\r\n${info}\r\n`;
    if (words[0] === 'SET' && words.includes('XX')) return '$-1\r\n';
    if (words[0] === 'SET' || words[0]?.startsWith('EVAL') || words[0] === 'GET') return rest(words);
    return '+OK\r\n';
  };

const ways: Record<string, () => Promise<Partial<RedisSettings>>> = {
  'a server that takes connections and is silent': async () => ({
    url: urlOf(await startScriptedRedis(silent)),
  }),
  'a server that is silent once it is asked for a password': async () => {
    const passwordFile = join(temporaryDirectory(), 'password');
    writeFileSync(passwordFile, 'secret');
    return { url: urlOf(await startScriptedRedis(silent)), passwordFile };
  },
  'six silent seeds of a cluster': async () => {
    const ports = await Promise.all(Array.from({ length: 6 }, () => startScriptedRedis(silent)));
    return { url: ports.map(urlOf) };
  },
  'seeds that greet and say nothing of slots': async () => {
    const mute: Script = (words) => (words[0] === 'CLUSTER' ? undefined : '+OK\r\n');
    const ports = await Promise.all(Array.from({ length: 6 }, () => startScriptedRedis(mute)));
    return { url: ports.map(urlOf) };
  },
  'a cluster whose only master is silent': async () => {
    const master = await startScriptedRedis(silent);
    const seed = await startScriptedRedis(fitNode(silent, () => allSlotsOf(master)));
    return { url: [urlOf(seed)] };
  },
  'a node that serves nothing and names another, which names it again': async () => {
    let port = 0;
    port = await startScriptedRedis(
      fitNode(
        () => `-MOVED 1 127.0.0.1:${port}\r\n`,
        () => allSlotsOf(port),
      ),
    );
    return { url: [urlOf(port)] };
  },
  'a slot on its way to a silent node': async () => {
    const next = await startScriptedRedis(silent);
    let port = 0;
    port = await startScriptedRedis(
      fitNode(
        () => `-ASK 1 127.0.0.1:${next}\r\n`,
        () => allSlotsOf(port),
      ),
    );
    return { url: [urlOf(port)] };
  },
  'six silent sentinels': async () => {
    const ports = await Promise.all(Array.from({ length: 6 }, () => startScriptedRedis(silent)));
    return { url: urlOf(1), sentinels: ports.map((port) => `127.0.0.1:${port}`), master: 'hookgate' };
  },
  'sentinels that name a silent master': async () => {
    const master = await startScriptedRedis(silent);
    const named = `*2\r\n$9\r\n127.0.0.1\r\n$${String(master).length}\r\n${master}\r\n`;
    const sentinel = await startScriptedRedis((words) => (words[0] === 'SENTINEL' ? named : '+OK\r\n'));
    return { url: urlOf(1), sentinels: [`127.0.0.1:${sentinel}`], master: 'hookgate' };
  },
  'a port where nobody listens': async () => ({ url: urlOf(1) }),
};

const operations: Record<string, (store: DuplicateStore) => Promise<unknown>> = {
  claim: (store) => store.claim(newKey(), 60_000),
  confirm: (store) => store.confirm(newKey(), 'token', 60_000),
  release: (store) => store.release(newKey(), 'token'),
  isDelivered: (store) => store.isDelivered(newKey()),
};

/** How each operation ended, and after how long. */
async function operateOn(start: () => Promise<Partial<RedisSettings>>) {
  const { store } = await openRedis({ timeoutMs, ...(await start()) });
  return Promise.all(
    Object.entries(operations).map(async ([operation, operate]) => {
      const startedMs = performance.now();
      const ended: unknown = await operate(store).catch((error) => error);
      return { operation, ended, tookMs: performance.now() - startedMs };
    }),
  );
}

/** All that is done here is to wait, so the ways wait side by side, from the first test on. */
let waiting: Promise<ReadonlyMap<string, Awaited<ReturnType<typeof operateOn>>>> | undefined;

async function operateOnAll() {
  const all = Object.entries(ways).map(async ([way, start]) => [way, await operateOn(start)] as const);
  return new Map(await Promise.all(all));
}

test.each(Object.keys(ways))(
  '%s: each operation ends within its timeout',
  async (way) => {
    waiting ??= operateOnAll();
    const ends = (await waiting).get(way) ?? [];
    expect(ends.map(({ operation }) => operation)).toEqual(Object.keys(operations));
    for (const { operation, ended, tookMs } of ends) {
      expect(ended, operation).toMatchObject({ name: 'StoreUnavailable' });
      expect(tookMs, operation).toBeLessThan(latestMs);
    }
  },
  60_000,
);
