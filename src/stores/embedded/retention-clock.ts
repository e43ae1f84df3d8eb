/** How long the clocks must have agreed, after the start or a jump, before expired rows are removed again. */
const settlingMs = 5 * 60_000;
/** A change of the wall clock against the monotonic clock that counts as a jump. */
const jumpMs = 60_000;
/** The share by which the retention clock may run fast or slow while it makes up for a jump. */
const steering = 0.1;

export interface RetentionClock {
  /** Milliseconds since 1970, for the ends of retention. Never goes back. */
  read(): number;
  /** False for five minutes after the start and after each jump: whatever is expired by it is left in the file. */
  settled(): boolean;
}

/**
 * The clock by which delivered keys expire. It has to mean the same after a restart, so it follows the wall clock;
 * and a wall clock that jumps must neither forget what was delivered nor keep it for ever. So it runs with the
 * monotonic clock and is only steered towards the wall clock, by a tenth of the time that passes: whatever the
 * wall clock does while the process runs, a retention of 7 days lasts between 6.3 and 7.8 days.
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

  return {
    read() {
      const elapsed = now() - readAt;
      readAt += elapsed;
      time += elapsed;
      const change = wallClock() - time - lag;
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
    settled: () => readAt >= settledAt,
  };
}
