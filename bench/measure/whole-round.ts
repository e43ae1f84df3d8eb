import { sendAll } from '../load/closed-loop.ts';
import type { Started } from '../peers/programs.ts';
import { concurrency } from './costs.ts';
import { costOf } from './processor-time.ts';

const largestCount = 300_000;
const smallestCount = 20_000;
const batch = 5000;
/** A gate that takes less than this of a processor for a whole pause has nothing left to do. */
const idleShare = 0.02;
const pauseMs = 1000;

/**
 * More events than the embedded store lets gather beside so many remembered ones before it files them
 * (key-ledger.ts: a 32nd part, at most 262,144).
 */
export function eventsOfARound(remembered: number): number {
  return Math.round(Math.min(largestCount, Math.max(smallestCount, remembered / 28)));
}

/**
 * Microseconds of processor time an event, with all that the store does for it later: the events make a round of
 * filing fall due, and what the gate does until it is quiet again counts too.
 */
export async function costOfWholeRound(
  { pid, port }: Started,
  nextRound: (count: number) => readonly Uint8Array[],
  count: number,
): Promise<number> {
  const before = costOf(pid).processorUs;
  for (let sent = 0; sent < count; sent += batch) {
    const requests = nextRound(Math.min(batch, count - sent));
    await sendAll(requests, { port, concurrency, connections: 'kept', status: 200 });
  }
  for (let last = costOf(pid).processorUs; ; ) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const now = costOf(pid).processorUs;
    if (now - last < idleShare * pauseMs * 1000) return (now - before) / count;
    last = now;
  }
}
