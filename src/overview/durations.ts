/** Durations that are kept: the last ones, four bytes each. */
const keptDurations = 512;

export interface Durations {
  /** Milliseconds. */
  add(ms: number): void;
  /** Milliseconds that half, and that 95 of a hundred, of the kept ones did not exceed; undefined where there are none. */
  read(): { readonly p50: number; readonly p95: number; readonly count: number } | undefined;
}

/** The last `keptDurations` of them: enough for a median, and told as what it is. */
export function createDurations(): Durations {
  const kept = new Float32Array(keptDurations);
  let added = 0;
  return {
    add(ms) {
      kept[added % keptDurations] = ms;
      added += 1;
    },
    read() {
      const count = Math.min(added, keptDurations);
      if (count === 0) return undefined;
      const sorted = kept.slice(0, count).sort();
      const at = (share: number): number => Number((sorted[Math.ceil(share * count) - 1] ?? 0).toFixed(2));
      return { p50: at(0.5), p95: at(0.95), count };
    },
  };
}
