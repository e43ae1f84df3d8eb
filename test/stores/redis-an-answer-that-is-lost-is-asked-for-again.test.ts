/** The server has done it, and the connection ends before it could say so: what counts is done once all the same. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/delivery/duplicate-store.ts';
import { networkTo } from '../support/network-between.ts';
import { openRedis } from '../support/open-redis.ts';
import { startRedis } from '../support/redis-server.ts';
import { claimed, newKey } from '../support/store-keys.ts';
import { until } from '../support/until.ts';

const leaseMs = 60_000;
const retentionMs = 600_000;

/**
 * A store that loses, after `loseReplyTo(word)`, the next reply to a command with that word, and its connection; the
 * network stays cut then, or not.
 */
async function storeBehindNetwork(timeoutMs = 5000) {
  const server = await startRedis();
  const network = await networkTo(server.port);
  const { store } = await openRedis({ url: `redis://127.0.0.1:${network.port}`, timeoutMs });
  // The server knows the scripts from here on, so that the lost answer is that of the deed.
  await store.confirm(newKey(), 'a-token', leaseMs);
  await store.release(newKey(), 'a-token');
  const loseReplyTo = (word: string, state: 'open' | 'cut' = 'open'): void => {
    network.onRequest = (bytes) => {
      if (!bytes.includes(word)) return 'pass';
      network.onRequest = () => 'pass';
      network.onReply = () => {
        network.onReply = () => 'pass';
        network.apply({ state });
        return 'cut';
      };
      return 'pass';
    };
  };
  return { server, network, store, loseReplyTo };
}

const nameOf = (key: string): string => `hookgate:{${key}}`;

test('a claim is the same claim: claimed, under one token, and confirmed by it', async () => {
  const { server, store, loseReplyTo } = await storeBehindNetwork();
  const key = newKey();
  loseReplyTo(key);
  const result = await store.claim(key, leaseMs);
  expect(result).toMatchObject({ kind: 'claimed' });
  const token = (result as { token: string }).token;
  expect(await server.ask('GET', nameOf(key))).toBe(token);
  expect(await store.claim(key, leaseMs)).toEqual({ kind: 'in_flight' });
  expect(await store.confirm(key, token, retentionMs)).toBe(true);
});

test('the lease of that claim begins when it is answered', async () => {
  const { server, network, store, loseReplyTo } = await storeBehindNetwork(20_000);
  const key = newKey();
  loseReplyTo(key, 'cut');
  const claiming = store.claim(key, leaseMs);
  await until(async () => (await server.ask('EXISTS', nameOf(key))) === 1);
  await until(async () => Number(await server.ask('PTTL', nameOf(key))) < leaseMs - 3000);
  network.apply({ state: 'open' });
  expect(await claiming).toMatchObject({ kind: 'claimed' });
  expect(Number(await server.ask('PTTL', nameOf(key)))).toBeGreaterThan(leaseMs - 2000);
});

test('a record is one record, also where somebody asked meanwhile', async () => {
  const { store, loseReplyTo } = await storeBehindNetwork();
  const key = newKey();
  const token = await claimed(store, key, leaseMs);
  loseReplyTo(key);
  expect(await store.confirm(key, token, retentionMs)).toBe(true);
  expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
});

test('a release that was carried out does not take the key from whoever claimed it since', async () => {
  const { server, network, store, loseReplyTo } = await storeBehindNetwork();
  const key = newKey();
  const token = await claimed(store, key, leaseMs);
  loseReplyTo(key, 'cut');
  const releasing = store.release(key, token);
  await until(async () => (await server.ask('EXISTS', nameOf(key))) === 0);
  const somebodyElse = randomUUID();
  await server.ask('SET', nameOf(key), somebodyElse);
  network.apply({ state: 'open' });
  await releasing;
  expect(await server.ask('GET', nameOf(key))).toBe(somebodyElse);
});

test('a network that swallows what a new connection asks first is given up within the timeout', async () => {
  const { network, store } = await storeBehindNetwork(1000);
  network.onRequest = (bytes) => (bytes.includes('INFO') ? 'drop' : 'pass');
  network.apply({ state: 'cut' });
  network.apply({ state: 'open' });
  await expect(store.claim(newKey(), leaseMs)).rejects.toBeInstanceOf(StoreUnavailable);
  network.onRequest = () => 'pass';
  await until(async () => (await store.health()).up);
  await claimed(store, newKey(), leaseMs);
});

test('a network that falls silent is noticed without an event, and used again when it speaks', async () => {
  const { network, store } = await storeBehindNetwork(1000);
  network.apply({ state: 'silent' });
  await until(async () => !(await store.health()).up);
  network.apply({ state: 'open' });
  await until(async () => (await store.health()).up);
  await claimed(store, newKey(), leaseMs);
});
