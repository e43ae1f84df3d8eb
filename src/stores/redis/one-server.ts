import { createLink, type LinkOptions } from './link.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { Servers } from './servers.ts';

export const notMaster = 'the server is no longer the master';

/** One server for all keys; `open` finds out anew each time which one it is. */
export function createOneServer(options: LinkOptions): Servers {
  const link = createLink(options);
  return {
    connectionFor: (_key, untilMs) => link.connection(untilMs),
    connectionTo: (_node, untilMs) => link.connection(untilMs),
    lookAgain: (connection: RedisConnection) => connection.destroy(notMaster),
    get trouble() {
      return link.trouble;
    },
    claimsForbidden: () => link.claimsForbidden,
    get unfit() {
      return link.unfit;
    },
    tried: link.tried,
    close: link.close,
  };
}
