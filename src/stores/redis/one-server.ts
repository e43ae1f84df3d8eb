import type { Connection } from './connection.ts';
import { createLink, type LinkOptions } from './link.ts';
import type { Servers } from './servers.ts';

/** One server for all keys; `open` finds out anew each time which one it is. */
export function createOneServer(options: LinkOptions): Servers {
  const link = createLink(options);
  return {
    connectionFor: (_key, untilMs) => link.connection(untilMs),
    lookAgain: (connection: Connection) => connection.destroy('the server is no longer the master'),
    get trouble() {
      return link.trouble;
    },
    get unfit() {
      return link.unfit;
    },
    tried: link.tried,
    close: link.close,
  };
}
