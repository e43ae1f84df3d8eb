import { cpus, loadavg, release } from 'node:os';

/** Under what a part was measured. */
export interface Setting {
  /** ISO 8601, UTC. */
  readonly measuredAt: string;
  readonly node: string;
  readonly processor: string;
  readonly kernel: string;
  readonly pinning: string;
  /** Processes that wanted a processor, averaged over five minutes; the benchmark itself is one or two of them. */
  readonly load: number;
  readonly quick: boolean;
  /** All of it for people. */
  readonly sentence: string;
}

export function settingNow(pinning: string, quick: boolean): Setting {
  const measuredAt = new Date().toISOString();
  const processor = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`;
  const kernel = `Linux ${release()}`;
  const node = process.version;
  const load = loadavg()[1] ?? Number.NaN;
  const sentence = `Measured ${measuredAt.slice(0, 16).replace('T', ' ')} UTC${quick ? ' (--quick)' : ''}, Node ${node}, ${kernel}, ${processor}; ${pinning}; load average ${load.toFixed(1)}.`;
  return { measuredAt, node, processor, kernel, pinning, load, quick, sentence };
}
