import type { Socket } from 'node:net';
import { afterALook } from '../values/after-a-look.ts';
import type { ClientConnection } from './client-connection.ts';
import { type LingerLimits, lingerAndClose } from './linger.ts';

/** Closes connections on which nothing is under way. */
export interface LettingGo {
  /** For a drain: closes from now on each that has rested for `leastRestMs`; looks at once, and then now and then. */
  begin(leastRestMs: number): void;
  /** Places run short: closes as many as are wanted, the longest-resting first, of those that nothing good came on. */
  makeRoom(): void;
  /** Closes this one, if it rests. */
  letGo(socket: Socket): void;
  end(): void;
}

export interface LettingGoRules {
  readonly live: ReadonlyMap<Socket, ClientConnection>;
  /** Sockets that are open. */
  readonly open: () => number;
  readonly maxOpen: number;
  /** After so long a connection that never begins a request is destroyed, whatever trickles in on it. */
  readonly longestRestMs: number;
  readonly lingerLimits: LingerLimits;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/**
 * One that rests for less may have its next request under way. Within the 3 s that a sidecar's application sleeps by
 * default, of which the hook that announces the stop takes some.
 */
export const restBeforeClosingMs = 500;

/** A client that has just connected is about to send, and a busy one takes its time. */
const firstRequestRests = 4;

const lookEveryMs = 100;
const watchEveryMs = 1000;

/**
 * A resting connection cannot be told to close by an answer. While the gate runs on, what has come on it by now is read
 * first, and its client sees an end, not a reset. Node's own `closeIdleConnections` also takes those whose last answer is written but not yet
 * taken in, and cuts it off; its timer for resting connections begins anew with every blank line.
 */
export function createLettingGo(rules: LettingGoRules): LettingGo {
  const { live, now } = rules;
  /** A twentieth of the places is kept free, so that a listed sender finds one. */
  const mostOpen = rules.maxOpen - Math.ceil(rules.maxOpen / 20);
  const leaving = new Set<Socket>();
  let drain: NodeJS.Timeout | undefined;
  let shortage: NodeJS.Timeout | undefined;
  const watch = setInterval(destroyOverdue, watchEveryMs);
  watch.unref();

  function letGo(socket: Socket): void {
    afterALook(() => {
      const connection = live.get(socket);
      if (connection?.isResting(socket) !== true) return;
      connection.isLast = true;
      leaving.add(socket);
      socket.once('close', () => leaving.delete(socket));
      lingerAndClose(socket, rules.lingerLimits);
    });
  }

  function destroyOverdue(): void {
    const latestMs = now() - rules.longestRestMs;
    for (const [socket, { current, isLast, restsSinceMs }] of live) {
      if (current === undefined && !isLast && restsSinceMs < latestMs) socket.destroy();
    }
  }

  function closeLongestResting(): void {
    const wanted = rules.open() - leaving.size - mostOpen;
    if (wanted <= 0) {
      clearInterval(shortage);
      shortage = undefined;
      return;
    }
    const latestMs = now() - restBeforeClosingMs;
    const resting = [...live]
      .filter(([socket, one]) => !one.isKnown && one.restsSinceMs <= latestMs && one.isResting(socket))
      .sort(([, one], [, other]) => one.restsSinceMs - other.restsSinceMs);
    for (const [socket] of resting.slice(0, wanted)) letGo(socket);
  }

  return {
    begin(leastRestMs) {
      const hasRested = ([socket, connection]: readonly [Socket, ClientConnection]): boolean => {
        const restMs = connection.isUsed ? leastRestMs : leastRestMs * firstRequestRests;
        return connection.isResting(socket) && connection.restsSinceMs <= now() - restMs;
      };
      const look = (): void => {
        const rested = [...live].filter(hasRested);
        if (rested.length === 0) return;
        // After a pause of this process a request may have come that is not read yet.
        afterALook(() => {
          for (const one of rested) if (hasRested(one)) one[0].destroySoon();
        });
      };
      clearInterval(drain);
      drain = setInterval(look, lookEveryMs);
      drain.unref();
      look();
    },
    makeRoom() {
      if (shortage !== undefined || rules.open() <= mostOpen) return;
      shortage = setInterval(closeLongestResting, lookEveryMs);
      shortage.unref();
    },
    letGo,
    end() {
      for (const timer of [drain, shortage, watch]) clearInterval(timer);
    },
  };
}
