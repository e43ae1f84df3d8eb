/** Monotonic milliseconds that all threads of this process read alike, unlike `performance.now()`. */
export function clockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** When each of `count` requests is due, by `clockMs`: evenly, whatever becomes of the ones before. */
export function scheduleFrom(startMs: number, count: number, perSecond: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => startMs + (index * 1000) / perSecond);
}
