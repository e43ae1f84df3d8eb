/** What the shared store does when its server misbehaves: real servers, stopped, killed, filled and promoted. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { type DuplicateStore, StoreRefused, StoreUnavailable } from '../../src/delivery/duplicate-store.ts';
import { openRedis } from '../support/open-redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { startSentinelGroup } from '../support/redis-sentinel.ts';
import { speaksTls, startRedis } from '../support/redis-server.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { claimed, newKey } from '../support/store-keys.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { until } from '../support/until.ts';

const leaseMs = 60_000;
const retentionMs = 600_000;

async function deliver(store: DuplicateStore, key: string): Promise<void> {
  expect(await store.confirm(key, await claimed(store, key, leaseMs), retentionMs)).toBe(true);
}

/** A server that hung while it was asked for a claim, and goes on: it has carried the claim out. */
async function claimWhileHung(): Promise<{ url: string; store: DuplicateStore; key: string }> {
  const server = await startRedis();
  const { store } = await openRedis({ url: server.url, timeoutMs: 300 });
  const key = newKey();
  server.process.kill('SIGSTOP');
  await expect(store.claim(key, leaseMs)).rejects.toBeInstanceOf(StoreUnavailable);
  server.process.kill('SIGCONT');
  return { url: server.url, store, key };
}

const isUp = async (store: DuplicateStore): Promise<boolean> => (await store.health()).up;

describe('at the start', () => {
  test('a server that evicts keys is refused with the remedy', async () => {
    const server = await startRedis({ 'maxmemory-policy': 'allkeys-lru' });
    const refused = openRedis({ url: server.url });
    await expect(refused).rejects.toBeInstanceOf(StoreRefused);
    await expect(refused).rejects.toThrow(/allkeys-lru.*set maxmemory-policy noeviction/);
  });

  test('a node of a cluster given as one server is refused with the remedy', async () => {
    const { masters } = await startRedisCluster(1);
    await expect(openRedis({ url: masters[0]?.url as string })).rejects.toThrow(/as a list of URLs/);
  });

  test('a server that is not there is waited for, and used once it comes', async () => {
    const server = await startRedis();
    await server.kill();
    const { store } = await openRedis({ url: server.url, timeoutMs: 200 });
    expect(await store.health()).toMatchObject({
      up: false,
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    await expect(store.claim(newKey(), leaseMs)).rejects.toBeInstanceOf(StoreUnavailable);
    await server.restart();
    await until(() => isUp(store));
    await deliver(store, newKey());
  });

  test('a replica is not taken for the master', async () => {
    const master = await startRedis();
    const replica = await startRedis({ replicaof: `127.0.0.1 ${master.port}` });
    const { store } = await openRedis({ url: replica.url, timeoutMs: 10_000 });
    expect(await store.health()).toMatchObject({ up: false, detail: expect.stringContaining('replica') });
  });

  test('a user that may not read INFO is served all the same', async () => {
    const server = await startRedis();
    await server.ask(
      'ACL',
      'SETUSER',
      'gate',
      'on',
      '>secret',
      '~hookgate:*',
      '+set',
      '+get',
      '+del',
      '+eval',
      '+evalsha',
      '+ping',
    );
    const directory = temporaryDirectory();
    const [userFile, passwordFile] = [join(directory, 'user'), join(directory, 'password')];
    writeFileSync(userFile, 'gate\n');
    writeFileSync(passwordFile, 'secret\n');
    const { store } = await openRedis({ url: server.url, userFile, passwordFile });
    await deliver(store, newKey());
  });
});

if (speaksTls) {
  test('over TLS, a server is believed only under the given authority', async ({ skip }) => {
    const certificate = selfSignedCertificate(['DNS:localhost']);
    if (certificate === undefined) return skip();
    const directory = temporaryDirectory();
    const [caFile, keyFile] = [join(directory, 'ca.pem'), join(directory, 'tls.key')];
    writeFileSync(caFile, certificate.cert);
    writeFileSync(keyFile, certificate.key);
    const port = await freePort();
    await startRedis({
      port: '0',
      'tls-port': String(port),
      'tls-cert-file': caFile,
      'tls-key-file': keyFile,
      'tls-auth-clients': 'no',
    });
    const url = `rediss://localhost:${port}`;
    const { store } = await openRedis({ url, caFile });
    await deliver(store, newKey());
    const stranger = await openRedis({ url, timeoutMs: 10_000 });
    expect(await stranger.store.health()).toMatchObject({
      up: false,
      detail: expect.stringMatching(/certificate/),
    });
  });
}

test('a rotated password is taken up with the next connection', async () => {
  const server = await startRedis();
  const passwordFile = join(temporaryDirectory(), 'password');
  writeFileSync(passwordFile, 'first');
  await server.ask('ACL', 'SETUSER', 'gate', 'on', '>first', '~*', '+@all');
  const { store } = await openRedis({ url: `redis://gate@127.0.0.1:${server.port}`, passwordFile });
  await deliver(store, newKey());
  writeFileSync(passwordFile, 'second');
  await server.ask('ACL', 'SETUSER', 'gate', 'resetpass', '>second');
  await server.ask('CLIENT', 'KILL', 'USER', 'gate');
  await deliver(store, newKey());
});

test('a script that the server forgot is sent whole', async () => {
  const server = await startRedis();
  const { store } = await openRedis({ url: server.url });
  await deliver(store, newKey());
  await server.ask('SCRIPT', 'FLUSH');
  await deliver(store, newKey());
});

test('a killed server is used again as soon as it is back', async () => {
  const server = await startRedis();
  const { store, troubles } = await openRedis({ url: server.url, timeoutMs: 300 });
  await server.kill();
  await expect(store.claim(newKey(), leaseMs)).rejects.toBeInstanceOf(StoreUnavailable);
  expect(await isUp(store)).toBe(false);
  await server.restart();
  await until(() => isUp(store));
  await deliver(store, newKey());
  expect(troubles.length).toBeGreaterThan(0);
});

test('a claim waits for a server that is away for less than the timeout', async () => {
  const server = await startRedis();
  const { store } = await openRedis({ url: server.url, timeoutMs: 20_000 });
  await server.kill();
  const claiming = store.claim(newKey(), leaseMs);
  await server.restart();
  expect(await claiming).toMatchObject({ kind: 'claimed' });
});

test('a server that hangs refuses within the timeout, and the claim it may have kept keeps nobody out', async () => {
  const { url, store, key } = await claimWhileHung();
  await until(() => isUp(store));
  // The hung server carried the claim out when it went on; another gate must not wait for the lease.
  const other = await openRedis({ url });
  await until(async () => (await other.store.claim(key, leaseMs)).kind === 'claimed');
});

test('the next claim of the same gate takes up the token of one that was never answered', async () => {
  const { store, key } = await claimWhileHung();
  await until(async () => {
    const again = await store.claim(key, leaseMs).catch(() => undefined);
    return again?.kind === 'claimed';
  });
});

test('a record that was not answered may be made again', async () => {
  const server = await startRedis();
  const { store } = await openRedis({ url: server.url, timeoutMs: 300 });
  const key = newKey();
  const token = await claimed(store, key, leaseMs);
  server.process.kill('SIGSTOP');
  await expect(store.confirm(key, token, retentionMs)).rejects.toBeInstanceOf(StoreUnavailable);
  server.process.kill('SIGCONT');
  await until(async () => store.confirm(key, token, retentionMs).catch(() => false));
  expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
});

test('a server out of memory refuses, and takes records again when there is room', async () => {
  const server = await startRedis();
  const { store } = await openRedis({ url: server.url });
  await server.ask('CONFIG', 'SET', 'maxmemory', '100kb');
  await expect(store.claim(newKey(), leaseMs)).rejects.toThrow(/OOM/);
  await server.ask('CONFIG', 'SET', 'maxmemory', '0');
  await deliver(store, newKey());
});

test('a server that was made a replica is left, and used again as a master', async () => {
  const server = await startRedis();
  const { store } = await openRedis({ url: server.url, timeoutMs: 300 });
  await server.ask('REPLICAOF', '127.0.0.1', '1');
  await expect(store.claim(newKey(), leaseMs)).rejects.toBeInstanceOf(StoreUnavailable);
  expect((await store.health()).up).toBe(false);
  await server.ask('REPLICAOF', 'NO', 'ONE');
  await until(() => isUp(store));
  await deliver(store, newKey());
});

test('with minReplicas a record without its replica does not count, and one with it does', async () => {
  const master = await startRedis({ 'repl-diskless-sync-delay': '0' });
  const { store } = await openRedis({ url: master.url, minReplicas: 1, timeoutMs: 500 });
  const key = newKey();
  const token = await claimed(store, key, leaseMs);
  await expect(store.confirm(key, token, retentionMs)).rejects.toThrow(/0 of 1 replicas/);
  const replica = await startRedis({ replicaof: `127.0.0.1 ${master.port}` });
  await until(async () => String(await replica.ask('INFO', 'replication')).includes('master_link_status:up'));
  await until(() => store.confirm(key, token, retentionMs).catch(() => false));
  expect(await replica.ask('GET', `hookgate:{${key}}`)).toBe('d');
});

test('a sentinel names the new master after the old one died', async () => {
  const { master, replica, sentinel } = await startSentinelGroup();
  const { store } = await openRedis({
    sentinels: [`127.0.0.1:${sentinel.port}`],
    master: 'events',
    timeoutMs: 500,
  });
  const key = newKey();
  await deliver(store, key);
  await until(async () => (await replica.ask('EXISTS', `hookgate:{${key}}`)) === 1);
  await master.kill();
  await until(() => isUp(store).then((up) => !up));
  await until(() => isUp(store));
  expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
  await deliver(store, newKey());
});

test('sentinels that ask for a password get that of their own file', async () => {
  const { sentinel } = await startSentinelGroup();
  await sentinel.ask('ACL', 'SETUSER', 'default', 'resetpass', '>watchword');
  const settings = { sentinels: [`127.0.0.1:${sentinel.port}`], master: 'events', timeoutMs: 500 };
  const sentinelPasswordFile = join(temporaryDirectory(), 'sentinel');
  writeFileSync(sentinelPasswordFile, 'another');
  const { store } = await openRedis({ ...settings, sentinelPasswordFile });
  expect(await store.health()).toMatchObject({ up: false, detail: expect.stringContaining('WRONGPASS') });
  writeFileSync(sentinelPasswordFile, 'watchword');
  await until(() => isUp(store));
  await deliver(store, newKey());
});

test('a shard that died is used again where its replica took its place', async () => {
  const { masters, replicas } = await startRedisCluster(3, { replicas: true });
  const { store } = await openRedis({ url: masters.map(({ url }) => url), timeoutMs: 500 });
  const keys = Array.from({ length: 60 }, newKey);
  for (const key of keys) await deliver(store, key);
  const copied = async (): Promise<boolean> => {
    const sizes = await Promise.all(replicas.map(async (node) => Number(await node.ask('DBSIZE'))));
    return sizes.reduce((sum, size) => sum + size) === keys.length;
  };
  await until(copied);
  await masters[0]?.kill();
  await until(() => isUp(store).then((up) => !up));
  await until(() => isUp(store));
  for (const key of keys) expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
  for (let n = 0; n < 30; n++) await deliver(store, newKey());
}, 60_000);
