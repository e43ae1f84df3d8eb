const leastMs = 1000;

/**
 * Time until certificates are looked at again: the interval, but three times before the end of what is served, so that a
 * successor that must be announced first, or an API server that was away, does not come too late.
 */
export function untilNextLook(intervalMs: number, validTo: Date, now: Date): number {
  const thirdMs = (validTo.getTime() - now.getTime()) / 3;
  return Math.min(intervalMs, Math.max(leastMs, thirdMs));
}
