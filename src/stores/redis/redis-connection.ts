/** The shared store in Redis or Valkey. This file: one connection to one server, from its greeting to its end. */
import type { SecureContext } from 'node:tls';
import { createClient, ErrorReply } from '@redis/client';
import { trustedAuthorities } from '../../values/trusted-authorities.ts';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { nameOf, type ServerAddress } from './server-address.ts';

export interface CommandSender {
  /** Sends one command; rejects with the server's `ErrorReply`, or with `ConnectionLost`. */
  send(args: readonly string[]): Promise<unknown>;
}

export interface RedisConnection extends CommandSender {
  /** The same, and a server that leaves it without an answer for `timeoutMs` loses the connection. */
  ask(args: readonly string[]): Promise<unknown>;
  readonly address: ServerAddress;
  /** Resolves with the reason once nothing can be sent any more. */
  readonly ended: Promise<string>;
  /** Ends it at once; what waits for a reply rejects with `ConnectionLost`. */
  destroy(why: string): void;
}

/** There is no connection, or it broke: whether a command without a reply was carried out is not known. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

export interface DialOptions {
  readonly address: ServerAddress;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Undefined: no TLS. `ca` is a PEM bundle that replaces the system's authorities. */
  readonly tls: { readonly ca: string | undefined } | undefined;
  /** For the connection and the greeting together, and for each `ask`, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Connects and logs in. The client's own reconnecting and queueing are off: whoever keeps a connection (link.ts)
 * has to read the password again, and to ask again which server is the master and whether it is fit.
 *
 * @throws ConnectionLost with a sentence; no secret is in it.
 */
export async function dial({ address, tls, timeoutMs, ...login }: DialOptions): Promise<RedisConnection> {
  const name = nameOf(address);
  const plain = {
    ...address,
    connectTimeout: timeoutMs,
    // Of a name's addresses; Node gives each up after 250 ms, whatever the deadline. Half leaves time for another.
    autoSelectFamilyAttemptTimeout: Math.ceil(timeoutMs / 2),
    reconnectStrategy: false as const,
  };
  const client = createClient({
    socket: tls === undefined ? plain : { ...plain, tls: true, secureContext: believe(tls.ca, name) },
    database: login.database,
    ...(login.username === undefined ? {} : { username: login.username }),
    ...(login.password === undefined ? {} : { password: login.password }),
    RESP: 2,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // The store has deadlines of its own: the client's would only take back what was not written yet.
    commandOptions: { timeout: 0 },
  });
  const { promise: ended, resolve: tellEnd } = Promise.withResolvers<string>();
  let why: string | undefined;
  const end = (reason: string): void => {
    if (why !== undefined) return;
    why = reason;
    tellEnd(reason);
    // Also rejects the commands that wait for their replies.
    if (client.isOpen) client.destroy();
  };
  client.on('error', (error: unknown) => end(`${name}: ${whatWentWrong(error)}`));
  client.on('end', () => end(`${name} closed the connection`));

  const endLater = (): NodeJS.Timeout =>
    setTimeout(() => end(`${name} did not answer within ${timeoutMs} ms`), timeoutMs);
  const timer = endLater();
  try {
    const failed = ended.then((reason) => Promise.reject(new ConnectionLost(reason)));
    await Promise.race([client.connect(), failed]);
  } catch (error) {
    end(`${name}: ${whatWentWrong(error)}`);
    throw new ConnectionLost(why, { cause: error });
  } finally {
    clearTimeout(timer);
  }

  return {
    send,
    async ask(args) {
      const deadline = endLater();
      try {
        return await send(args);
      } finally {
        clearTimeout(deadline);
      }
    },
    address,
    ended,
    destroy: end,
  };

  async function send(args: readonly string[]): Promise<unknown> {
    if (why !== undefined) throw new ConnectionLost(why);
    try {
      return await client.sendCommand(args);
    } catch (error) {
      if (error instanceof ErrorReply) throw error;
      end(`${name}: ${whatWentWrong(error)}`);
      throw new ConnectionLost(why, { cause: error });
    }
  }
}

function believe(caPem: string | undefined, name: string): SecureContext {
  try {
    return trustedAuthorities(caPem);
  } catch (error) {
    throw new ConnectionLost(`${name}: ${whatWentWrong(error)}`, { cause: error });
  }
}
