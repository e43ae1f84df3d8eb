import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ErrorReply } from '@redis/client';
import type { ClaimResult, DuplicateStore } from '../../delivery/duplicate-store.ts';
import { StoreUnavailable } from '../../delivery/duplicate-store.ts';
import {
  claimCommand,
  confirmScript,
  deliveredMark,
  releaseScript,
  runByDigest,
  runWhole,
  type Script,
} from './commands.ts';
import { type Connection, ConnectionLost } from './connection.ts';
import { outcomeOf } from './outcome.ts';
import type { Servers } from './servers.ts';
import { createUnanswered } from './unanswered.ts';

export interface RedisStoreOptions {
  readonly servers: Servers;
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

const pauseMs = 50;

/**
 * One string a key, `prefix{key}`: the token of the claim that holds it, expiring with the lease, or the mark of a
 * delivered one, expiring with the retention. Every command may be sent twice: an answer that was lost on its way is
 * asked for again, by the same token.
 */
export function createRedisStore(options: RedisStoreOptions): DuplicateStore & { onUp(): void } {
  const { servers, timeoutMs, now } = options;
  const unanswered = createUnanswered();
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const nameOf = (key: string): string => `${options.keyPrefix}{${key}}`;

  return {
    claim: (key, leaseMs) => track(() => claim(key, leaseMs)),
    confirm: (key, token, retentionMs) => track(() => confirm(key, token, retentionMs)),
    release: (key, token) =>
      track(async () => {
        await run(key, (connection) => script(connection, releaseScript, key, [token]));
      }),
    async health() {
      const { trouble } = servers;
      return trouble === undefined
        ? { up: true, detail: options.detail }
        : { up: false, detail: `The duplicate store cannot be used: ${trouble}` };
    },
    close() {
      closing ??= Promise.allSettled([...underWay]).then(() => servers.close());
      return closing;
    },
    /** Gives free what claims without an answer may have left behind. */
    onUp() {
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

  async function claim(key: string, leaseMs: number): Promise<ClaimResult> {
    const token = unanswered.take(key) ?? randomUUID();
    try {
      const before = await run(key, (connection) =>
        connection.send(claimCommand(nameOf(key), token, leaseMs)),
      );
      if (before === null || before === token) return { kind: 'claimed', token };
      return before === deliveredMark ? { kind: 'delivered' } : { kind: 'in_flight' };
    } catch (error) {
      unanswered.add(key, token);
      throw error;
    }
  }

  async function confirm(key: string, token: string, retentionMs: number): Promise<boolean> {
    const values = [token, String(Math.ceil(retentionMs))];
    const recorded = await run(key, (connection) => {
      const reply = script(connection, confirmScript, key, values);
      return options.minReplicas === 0 ? reply : replicated(connection, reply);
    });
    return recorded === 1;
  }

  /**
   * WAIT speaks of what was written on its own connection, so it follows the record there. It holds up what was sent
   * after it, so it gives up before the operations' own deadline does.
   */
  async function replicated(connection: Connection, recording: Promise<unknown>): Promise<unknown> {
    const recorded = await recording;
    if (recorded !== 1) return recorded;
    const reply = await connection.send([
      'WAIT',
      String(options.minReplicas),
      String(Math.ceil(timeoutMs / 2)),
    ]);
    if (Number(reply) >= options.minReplicas) return recorded;
    throw new StoreUnavailable(
      `Only ${reply} of ${options.minReplicas} replicas have the record (duplicates.redis.minReplicas).`,
    );
  }

  async function script(
    connection: Connection,
    wanted: Script,
    key: string,
    values: readonly string[],
  ): Promise<unknown> {
    try {
      return await connection.send(runByDigest(wanted, nameOf(key), values));
    } catch (error) {
      if (!(error instanceof ErrorReply) || outcomeOf(error) !== 'no_script') throw error;
      return connection.send(runWhole(wanted, nameOf(key), values));
    }
  }

  /** Tries until it is answered, refused, or out of time. */
  async function run(key: string, command: (connection: Connection) => Promise<unknown>): Promise<unknown> {
    const untilMs = now() + timeoutMs;
    for (;;) {
      let connection: Connection | undefined;
      try {
        connection = await servers.connectionFor(key, untilMs);
        return await inTime(command(connection), connection, untilMs);
      } catch (error) {
        if (error instanceof ErrorReply) {
          const outcome = outcomeOf(error);
          if (outcome === 'look_again' && connection !== undefined) servers.lookAgain(connection);
          if (outcome === 'refused') throw unavailable(error);
        } else if (!(error instanceof ConnectionLost)) throw error;
        if (now() + pauseMs >= untilMs) throw unavailable(error);
        if (error instanceof ErrorReply) await pause(pauseMs);
      }
    }
  }

  /** A server that does not answer in time may have hung, or its connection may be half open: another is made. */
  function inTime(reply: Promise<unknown>, connection: Connection, untilMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => connection.destroy(`the server did not answer within ${timeoutMs} ms`),
        Math.max(untilMs - now(), 1),
      );
      reply.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

function unavailable(error: Error): StoreUnavailable {
  return new StoreUnavailable(`The duplicate store cannot be used: ${error.message}`, { cause: error });
}
