import type { EventFile } from './event-file.ts';
import { keyBytes, recordBytes, type WorkerEnd } from './shared-memory.ts';
import { type RowWalk, startWalk } from './walk.ts';

/** After a step of a walk the thread leaves the file alone for so many times the step's duration. */
const restFactor = 4;
/** The clock in the file is at most so much older than its newest record; milliseconds. */
const clockEveryMs = 60_000;
/** So often the thread looks whether the file is still in its place; milliseconds. */
const placeEveryMs = 1000;

/** What the file holds, and what has to be done to it now and then. */
export interface Housekeeping {
  /** Makes the records durable. */
  record(records: Uint8Array): void;
  isDelivered(key: Uint8Array): boolean;
  /** One piece of work; gives the milliseconds to wait before the next, undefined when there is none. */
  step(): number | undefined;
  /** Leaves the clock as it is now in the file. */
  end(): void;
}

export function createHousekeeping(options: {
  readonly file: EventFile;
  readonly end: WorkerEnd;
  /** A walk through the file begins so long after the one before it. */
  readonly sweepEveryMs: number;
  /** Called at the end of a walk, with the damaged rows that it has met. */
  readonly onWalked: (damaged: number) => void;
}): Housekeeping {
  const { file, end } = options;
  // The first one counts; nothing is removed while the clocks may not agree.
  let walk: RowWalk | undefined = startWalk(file);
  let walkedAt = end.timeMs;
  let rows = 0;
  /** Records since the walk began, of keys that lie behind it. */
  let behindWalk = 0;
  let isCounted = false;
  let clockAt: number | undefined;
  let placeAt = performance.now();

  const clockNow = () => ({ timeMs: end.timeMs, wallMs: end.wallMs });

  const stepWalk = (current: RowWalk): void => {
    const before = current.removed;
    const isOver = current.step(end.timeMs, end.maySweep);
    if (isCounted) rows -= current.removed - before;
    if (isOver) {
      // Anew with every walk: a key that is recorded again is one row, and counts twice until then.
      rows = current.rows + behindWalk;
      isCounted = true;
      walk = undefined;
      walkedAt = end.timeMs;
      options.onWalked(current.damaged);
    }
    if (isCounted) end.setRemembered(rows);
  };

  return {
    record(records) {
      const isClockDue = clockAt === undefined || Math.abs(end.timeMs - clockAt) >= clockEveryMs;
      file.record(records, isClockDue ? clockNow() : undefined);
      if (isClockDue) clockAt = end.timeMs;
      for (let at = 0; at < records.length; at += recordBytes) {
        // What lies before the walk is counted by it.
        if (walk?.isBehind(records.subarray(at, at + keyBytes))) behindWalk++;
        rows++;
      }
      if (isCounted) end.setRemembered(rows);
    },
    isDelivered(key) {
      const endsAt = file.find(key);
      return endsAt !== undefined && endsAt > end.timeMs;
    },
    step() {
      const start = performance.now();
      if (start - placeAt >= placeEveryMs) {
        file.checkPlace();
        placeAt = start;
      }
      // Either way, since the clock goes back where the file's was behind the wall clock.
      const isDue = end.maySweep && Math.abs(end.timeMs - walkedAt) >= options.sweepEveryMs;
      if (walk === undefined && isDue) {
        walk = startWalk(file);
        behindWalk = 0;
      }
      if (walk === undefined) return undefined;
      stepWalk(walk);
      return restFactor * (performance.now() - start);
    },
    end: () => file.writeClock(clockNow()),
  };
}
