import type { RedisConnection } from './redis-connection.ts';
import type { ServerAddress } from './server-address.ts';

/** Where keys live: one server, the master that sentinels name, or the shards of a cluster. */
export interface Servers {
  /** The connection in charge of `key`, once there is one; rejects with `ConnectionLost` at `untilMs` (monotonic). */
  connectionFor(key: string, untilMs: number): Promise<RedisConnection>;
  /** A connection to the node of a cluster that a key's slot is on its way to. */
  connectionTo(node: ServerAddress, untilMs: number): Promise<RedisConnection>;
  /** The server in charge said that another one is: find out before the next try. */
  lookAgain(connection: RedisConnection): void;
  /** Undefined while every key has a connection on which records are taken; otherwise why not. */
  readonly trouble: string | undefined;
  /**
   * Why `key` must not be claimed although its server would take the claim: the record of it would be refused. Undefined
   * where nothing is known against it.
   */
  claimsForbidden(key: string): string | undefined;
  /** Only the operator can help: the server must not be used as it is. */
  readonly unfit: string | undefined;
  /** Resolves after the first attempt, however it went. */
  readonly tried: Promise<void>;
  close(): void;
}
