/** A monotonic clock and a wall clock that stand still until the test moves them. */
export interface SteppedClock {
  readonly now: () => number;
  readonly wallClock: () => number;
  /** Lets time pass on both. */
  pass(ms: number): void;
  /** Sets the wall clock on or back, as an administrator or NTP does. */
  jump(ms: number): void;
}

export function createSteppedClock(): SteppedClock {
  let passedMs = 5_000;
  let offsetMs = Date.UTC(2026, 0, 1);
  return {
    now: () => passedMs,
    wallClock: () => passedMs + offsetMs,
    pass(ms) {
      passedMs += ms;
    },
    jump(ms) {
      offsetMs += ms;
    },
  };
}
