/**
 * Writes wall-clock milliseconds as ISO 8601 in UTC. Every line of the log has one, so the part down to the second is
 * made once a second.
 */
export function createIsoClock(): (wallClockMs: number) => string {
  let second = Number.NaN;
  let untilPoint = '';
  return (wallClockMs) => {
    const seconds = Math.floor(wallClockMs / 1000);
    if (seconds !== second) {
      second = seconds;
      untilPoint = new Date(seconds * 1000).toISOString().slice(0, -'000Z'.length);
    }
    const ms = wallClockMs - seconds * 1000;
    return `${untilPoint}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`;
  };
}
