import { randomUUID } from 'node:crypto';
import type { ClaimResult, DuplicateStore } from '../../delivery/duplicate-store.ts';
import { StoreUnavailable } from '../../delivery/duplicate-store.ts';
import { BriefSet } from '../../values/brief-set.ts';
import {
  claimCommand,
  confirmScript,
  deliveredMark,
  keyOf,
  releaseScript,
  renewScript,
  type Script,
} from './commands.ts';
import type { CommandSender } from './redis-connection.ts';
import { createReplicated } from './replicated.ts';
import { runScript } from './run-script.ts';
import type { Servers } from './servers.ts';
import { createUnanswered } from './unanswered.ts';
import { createWithinDeadline } from './within-deadline.ts';

export interface RedisStoreOptions {
  readonly servers: Servers;
  /** The same servers by connections of their own, for records that wait for replicas; else `servers`. */
  readonly recorders: Servers;
  /** Before every key, such as `hookgate:`. */
  readonly keyPrefix: string;
  /** How long one operation may take, waiting for a connection included. */
  readonly timeoutMs: number;
  /** Replicas that must have a record before it counts. */
  readonly minReplicas: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly detail: string;
}

/**
 * One string a key, `prefix{key}`: the token of the claim that holds it, expiring with the lease, or the mark of a
 * delivered one, expiring with the retention. Every command may be sent twice: an answer that was lost on its way is
 * asked for again, by the same token.
 */
export function createRedisStore(options: RedisStoreOptions): DuplicateStore & { freeUnanswered(): void } {
  const { servers, recorders, minReplicas, timeoutMs } = options;
  const run = createWithinDeadline(servers, options);
  const runRecord = recorders === servers ? run : createWithinDeadline(recorders, options);
  // A record may come behind one WAIT and has then its own: both fit well into its deadline.
  const replicasOf = createReplicated(minReplicas, timeoutMs / 4);
  const unanswered = createUnanswered();
  const underWay = new BriefSet<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const nameOf = (key: string): string => keyOf(options.keyPrefix, key);

  return {
    answersWithinMs: timeoutMs,
    claim: (key, leaseMs) => track(() => claim(key, leaseMs)),
    confirm: (key, token, retentionMs) => track(() => confirm(key, token, retentionMs)),
    release: (key, token) =>
      track(async () => {
        await run(key, (connection) => script(connection, releaseScript, key, [token]));
      }),
    isDelivered: (key) => track(() => isDelivered(key)),
    async health() {
      const trouble = servers.trouble ?? recorders.trouble;
      return trouble === undefined
        ? { up: true, detail: options.detail }
        : { up: false, detail: `The duplicate store cannot be used: ${trouble}` };
    },
    close() {
      closing ??= Promise.allSettled([...underWay]).then(() => {
        servers.close();
        recorders.close();
      });
      return closing;
    },
    /** Gives free what claims without an answer may have left behind. */
    freeUnanswered() {
      for (const [key, token] of unanswered.takeAll()) {
        void run(key, (connection) => script(connection, releaseScript, key, [token])).catch(() => {
          // The lease ends by itself. Never tried again: the token may be in use by then.
        });
      }
    },
  };

  async function track<T>(operation: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw new StoreUnavailable('The duplicate store is closed.');
    const running = operation();
    underWay.add(running);
    try {
      return await running;
    } finally {
      underWay.delete(running);
    }
  }

  async function isDelivered(key: string): Promise<boolean> {
    const there = await run(key, (connection) => connection.send(['GET', nameOf(key)]));
    return there === deliveredMark;
  }

  async function claim(key: string, leaseMs: number): Promise<ClaimResult> {
    const forbidden = recorders.claimsForbidden(key);
    if (forbidden !== undefined) {
      // What it has recorded before, it still knows.
      if (await isDelivered(key)) return { kind: 'delivered' };
      throw new StoreUnavailable(`The duplicate store cannot be used: ${forbidden}`);
    }
    const token = unanswered.take(key) ?? randomUUID();
    try {
      const before = await run(key, async (connection) => {
        const there = await connection.send(claimCommand(nameOf(key), token, leaseMs));
        // Claimed by a command whose answer was lost, maybe long ago: what is left of that lease may be too short.
        return there === token
          ? script(connection, renewScript, key, [token, String(Math.ceil(leaseMs))])
          : there;
      });
      if (before === null) return { kind: 'claimed', token };
      return before === deliveredMark ? { kind: 'delivered' } : { kind: 'in_flight' };
    } catch (error) {
      unanswered.add(key, token);
      throw error;
    }
  }

  async function confirm(key: string, token: string, retentionMs: number): Promise<boolean> {
    const values = [token, String(Math.ceil(retentionMs))];
    const recorded = await runRecord(key, async (connection) => {
      const reply = await script(connection, confirmScript, key, values);
      if (reply === 1 && minReplicas > 0) await expectReplicas(connection);
      return reply;
    });
    return recorded === 1;
  }

  async function expectReplicas(connection: CommandSender): Promise<void> {
    const replicas = await replicasOf(connection);
    if (replicas >= minReplicas) return;
    throw new StoreUnavailable(
      `Only ${replicas} of ${minReplicas} replicas have the record (duplicates.redis.minReplicas).`,
    );
  }

  function script(
    connection: CommandSender,
    wanted: Script,
    key: string,
    values: readonly string[],
  ): Promise<unknown> {
    return runScript(connection, wanted, nameOf(key), values);
  }
}
