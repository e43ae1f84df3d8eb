import { setTimeout as pause } from 'node:timers/promises';
import { ErrorReply } from '@redis/client';
import { StoreUnavailable } from '../../delivery/duplicate-store.ts';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { meaningOf } from './error-meaning.ts';
import { type CommandSender, ConnectionLost, type RedisConnection } from './redis-connection.ts';
import { addressOf, type ServerAddress } from './server-address.ts';
import type { Servers } from './servers.ts';

export type Command = (connection: CommandSender) => Promise<unknown>;

const pauseMs = 50;

/**
 * Runs a command on the server in charge of the key, again and again until it is answered, refused, or out of time:
 * the wait for a connection counts. The command must be one that may be carried out twice.
 *
 * What it gives rejects with StoreUnavailable.
 */
export function createWithinDeadline(
  servers: Servers,
  { timeoutMs, now }: { readonly timeoutMs: number; readonly now: () => number },
): (key: string, command: Command) => Promise<unknown> {
  return async (key, command) => {
    const untilMs = now() + timeoutMs;
    let askNode: ServerAddress | undefined;
    for (;;) {
      let connection: RedisConnection | undefined;
      try {
        const node = askNode;
        askNode = undefined;
        connection = await connectedInTime(
          node === undefined ? servers.connectionFor(key, untilMs) : servers.connectionTo(node, untilMs),
          untilMs,
        );
        return await inTime(
          command(node === undefined ? connection : asking(connection)),
          connection,
          untilMs,
        );
      } catch (error) {
        if (!(error instanceof ErrorReply) && !(error instanceof ConnectionLost)) throw error;
        if (now() >= untilMs) throw unavailable(error);
        if (!(error instanceof ErrorReply)) continue;
        const meaning = meaningOf(error);
        if (meaning === 'refused') throw unavailable(error);
        if (meaning === 'look_again' && connection !== undefined) servers.lookAgain(connection);
        if (meaning === 'ask' && connection !== undefined) askNode = nodeIn(error, connection.address);
        else if (now() + pauseMs >= untilMs) throw unavailable(error);
        else await pause(pauseMs);
      }
    }
  };

  /** Whatever it takes to find a connection, however many servers are asked for it: an operation waits no longer. */
  function connectedInTime(connecting: Promise<RedisConnection>, untilMs: number): Promise<RedisConnection> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new ConnectionLost(servers.trouble ?? `no connection within ${timeoutMs} ms`)),
        Math.max(untilMs - now(), 1),
      );
      connecting.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** A server that does not answer in time may have hung, or its connection may be half open: another is made. */
  function inTime(reply: Promise<unknown>, connection: RedisConnection, untilMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => connection.destroy(`the server did not answer within ${timeoutMs} ms`),
        Math.max(untilMs - now(), 1),
      );
      reply.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

/** `ASK 3999 host:port`; without a host it is that of the node that said so. */
function nodeIn({ message }: ErrorReply, said: ServerAddress): ServerAddress {
  const { host, port } = addressOf(message.split(' ')[2] ?? '');
  return { host: host === '' ? said.host : host, port };
}

/** The next command alone is served; both are written in one go, so that nothing comes between them. */
function asking(connection: RedisConnection): CommandSender {
  return {
    async send(args) {
      const [, reply] = await Promise.all([connection.send(['ASKING']), connection.send(args)]);
      return reply;
    },
  };
}

function unavailable(error: Error): StoreUnavailable {
  return new StoreUnavailable(`The duplicate store cannot be used: ${whatWentWrong(error)}`, {
    cause: error,
  });
}
