import { setTimeout as pause } from 'node:timers/promises';
import type { SeparateNetwork } from '../../support/network-between.ts';
import type { RedisServer } from '../../support/redis-server.ts';

/** What may happen to the store and forgets nothing. Each resolves once the store is as before. */
export const serverFaults: Readonly<Record<string, (redis: RedisServer) => Promise<void>>> = {
  async 'killed and restarted from its append-only file'(redis) {
    await redis.kill();
    await pause(1500);
    await redis.restart();
  },
  async 'stopped for 3 s, longer than the timeout, and continued'(redis) {
    redis.process.kill('SIGSTOP');
    await pause(3000);
    redis.process.kill('SIGCONT');
  },
  async 'out of memory for 1.5 s'(redis) {
    await redis.ask('CONFIG', 'SET', 'maxmemory', '100kb');
    await pause(1500);
    await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
  },
  async 'made a replica for 1.5 s, and a master again'(redis) {
    await redis.ask('CONFIG', 'SET', 'replica-read-only', 'yes');
    await redis.ask('REPLICAOF', '127.0.0.1', '1');
    await pause(1500);
    await redis.ask('REPLICAOF', 'NO', 'ONE');
  },
  async 'cuts every connection, twenty times'(redis) {
    for (let round = 0; round < 20; round++) {
      await redis.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await pause(100);
    }
  },
};

/** What may happen to the network between the gates and the store. */
export const networkFaults: Readonly<Record<string, (network: SeparateNetwork) => Promise<void>>> = {
  async 'cut for 1.5 s'(network) {
    await network.become({ state: 'cut' });
    await pause(1500);
    await network.become({ state: 'open' });
  },
  async 'swallows everything for 3 s'(network) {
    await network.become({ state: 'silent' });
    await pause(3000);
    await network.become({ state: 'open' });
  },
  async 'slow for 4 s: 100 ms each way, and up to 50 ms more at random'(network) {
    await network.become({ latencyMs: 100, jitterMs: 50 });
    await pause(4000);
    await network.become({ latencyMs: 0, jitterMs: 0 });
  },
  async 'slower than the timeout for 4 s: 600 ms each way'(network) {
    await network.become({ latencyMs: 600 });
    await pause(4000);
    await network.become({ latencyMs: 0 });
  },
  async 'narrow for 4 s: 8 KiB a second'(network) {
    await network.become({ bytesPerSecond: 8 * 1024 });
    await pause(4000);
    await network.become({ bytesPerSecond: Number.POSITIVE_INFINITY });
  },
};
