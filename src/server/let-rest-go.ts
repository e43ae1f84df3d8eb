import type { Socket } from 'node:net';
import type { Connection } from './connection.ts';

const lookEveryMs = 100;

/** Closes connections on which nothing is under way. */
export interface LettingGo {
  /** Closes from now on each that has rested for `leastRestMs`: looks at once, and then now and then. */
  begin(leastRestMs: number): void;
  end(): void;
}

/**
 * For a drain. A resting connection cannot be told to close by an answer, and what its client sends once the
 * application has gone fails. Node's own `closeIdleConnections` also takes those whose last answer is written but not
 * yet taken in, and cuts it off.
 */
export function createLettingGo(live: ReadonlyMap<Socket, Connection>, now: () => number): LettingGo {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => clearInterval(timer);
  return {
    begin(leastRestMs) {
      const look = (): void => {
        const latestMs = now() - leastRestMs;
        for (const [socket, connection] of live) {
          if (connection.isResting(socket) && connection.restsSinceMs <= latestMs) socket.destroySoon();
        }
      };
      end();
      timer = setInterval(look, lookEveryMs);
      timer.unref();
      look();
    },
    end,
  };
}
