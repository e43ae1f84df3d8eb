/** The attempts that this process has under way, and the repeats that wait for them. Outlives a reload. */

import { BriefMap } from '../values/brief-map.ts';
import type { ClaimVerdict } from './claim.ts';

type Waiter = (verdict: ClaimVerdict) => void;

export interface Attempts {
  isUnderWay(key: string): boolean;
  /** Begins an attempt; undefined where one is under way already. */
  begin(key: string): Attempt | undefined;
  /** Waits for the attempt under way, at most `timeoutMs`. Call only where one is. */
  join(key: string, limits: { timeoutMs: number; maxWaiters: number }): Promise<ClaimVerdict>;
}

export interface Attempt {
  /** Ends the attempt and tells those who wait. */
  end(verdict: ClaimVerdict): void;
}

export function createAttempts(): Attempts {
  const underWay = new BriefMap<string, Waiter[]>();
  let waiting = 0;

  return {
    isUnderWay: (key) => underWay.has(key),
    begin(key) {
      if (underWay.has(key)) return undefined;
      const waiters: Waiter[] = [];
      underWay.set(key, waiters);
      return {
        end(verdict) {
          underWay.delete(key);
          for (const tell of waiters) tell(verdict);
        },
      };
    },

    join(key, { timeoutMs, maxWaiters }) {
      const waiters = underWay.get(key) ?? [];
      if (waiting >= maxWaiters) return Promise.resolve(inFlight('as many repeats wait already as may'));
      waiting += 1;
      return new Promise((resolve) => {
        const tell: Waiter = (verdict) => {
          clearTimeout(timer);
          waiting -= 1;
          resolve(verdict);
        };
        const timer = setTimeout(() => {
          waiters.splice(waiters.indexOf(tell), 1);
          tell(inFlight(`the attempt before it took longer than ${timeoutMs} ms`));
        }, timeoutMs);
        waiters.push(tell);
      });
    },
  };
}

function inFlight(detail: string): ClaimVerdict {
  return { kind: 'in_flight', detail };
}
