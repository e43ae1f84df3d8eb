import type { FileClock } from './event-file.ts';

/** How long the clocks must have agreed, after the start or a jump, before expired rows are removed again. */
const settlingMs = 5 * 60_000;
/** A change of the wall clock against the monotonic clock that counts as a jump. */
const jumpMs = 60_000;
/** The share by which the retention clock may run fast or slow while it makes up for a jump. */
const steering = 0.1;
/** What a start believes at most of the time that seems to have passed since the file was written to. */
const believedMs = 24 * 3_600_000;

export interface RetentionClock {
  /** Milliseconds since 1970, for the ends of retention. Never goes back. */
  read(): number;
  /** What the wall clock said then. */
  readonly wallMs: number;
  /** At a start: goes on from where the file's clock was. */
  resume(from: FileClock): void;
  /** False for five minutes after the start and after each jump: whatever is expired by it is left in the file. */
  settled(): boolean;
}

/**
 * The clock by which delivered keys expire. It has to mean the same after a restart, so it follows the wall clock;
 * and a wall clock that jumps must neither forget what was delivered nor keep it for ever. So it runs with the
 * monotonic clock and is only steered towards the wall clock, by a tenth of the time that passes: whatever the
 * wall clock does while the process runs, a retention of 7 days lasts between 6.3 and 7.8 days.
 *
 * A start goes on from where the file's clock was, and believes a day at most of the time that seems to have passed
 * since: a wall clock that is wrong at the start can take no more than that from what is remembered, and neither can
 * any number of starts under it, since what the wall clock said is in the file too. The rest is steered away.
 */
export function createRetentionClock(options: {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  readonly onJump: (byMs: number) => void;
}): RetentionClock {
  const { now, wallClock, onJump } = options;
  let readAt = now();
  let time = wallClock();
  let lag = 0;
  let settledAt = readAt + settlingMs;
  let wallMs = time;

  return {
    read() {
      const elapsed = now() - readAt;
      readAt += elapsed;
      time += elapsed;
      wallMs = wallClock();
      const change = wallMs - time - lag;
      lag += change;
      if (Math.abs(change) > jumpMs) {
        settledAt = readAt + settlingMs;
        onJump(change);
      }
      const step = Math.max(-steering * elapsed, Math.min(steering * elapsed, lag));
      time += step;
      lag -= step;
      return time;
    },
    get wallMs() {
      return wallMs;
    },
    resume(from) {
      readAt = now();
      wallMs = wallClock();
      settledAt = readAt + settlingMs;
      time = from.timeMs + Math.max(0, Math.min(believedMs, wallMs - from.wallMs));
      lag = wallMs - time;
      if (Math.abs(lag) > jumpMs) onJump(lag);
    },
    settled: () => readAt >= settledAt,
  };
}
