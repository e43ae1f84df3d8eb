import type { Socket } from 'node:net';
import type { ReadonlyBriefMap } from '../values/brief-map.ts';
import type { ClientConnection } from './client-connection.ts';

const maxIntervalMs = 1000;

/**
 * Destroys connections whose sender does not take its answer in within `answerTimeMs`. One look over all of them
 * now and then costs less than a timer for each answer. Returns what stops it.
 */
export function destroyUnreadAnswers(
  live: ReadonlyBriefMap<Socket, ClientConnection>,
  answerTimeMs: number,
  now: () => number,
): () => void {
  const timer = setInterval(
    () => {
      const oldestMs = now() - answerTimeMs;
      for (const [socket, { answered, restsSinceMs }] of live) {
        if (answered !== undefined && restsSinceMs < oldestMs && !answered.writableFinished) socket.destroy();
      }
    },
    Math.min(maxIntervalMs, answerTimeMs),
  );
  timer.unref();
  return () => clearInterval(timer);
}
