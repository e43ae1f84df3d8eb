import type { Socket } from 'node:net';
import { afterALook } from '../values/after-a-look.ts';
import type { ReadonlyBriefMap } from '../values/brief-map.ts';
import { BriefSet } from '../values/brief-set.ts';
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
  readonly live: ReadonlyBriefMap<Socket, ClientConnection>;
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
 * A connection that has rested for less may have its next request under way. Short enough for the 3 s that a sidecar's
 * application sleeps by default before it stops, of which the hook that announces the stop takes some.
 */
export const restBeforeClosingMs = 500;

/** A connection without a request rests for so many times longer before it is closed: its client is about to send. */
const firstRequestRests = 4;

const lookEveryMs = 100;
const watchEveryMs = 1000;

/**
 * On a resting connection there is no answer that could say `close`, so it is closed as it is. `letGo` and `makeRoom`
 * first read what has come on it, so that its client sees an end, not a reset. Node's own `closeIdleConnections` also cuts
 * off an answer that the client has not taken in yet, and its timer for resting connections begins anew with every blank
 * line.
 */
export function createLettingGo(rules: LettingGoRules): LettingGo {
  const { live, now } = rules;
  /** A twentieth of the places is kept free, so that a listed sender finds one. */
  const mostOpen = rules.maxOpen - Math.ceil(rules.maxOpen / 20);
  const leaving = new BriefSet<Socket>();
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
