import { cpus, loadavg, release } from 'node:os';

/** Under what a part was measured. */
export interface Setting {
  /** The end of the part: ISO 8601, UTC. */
  readonly measuredAt: string;
  readonly node: string;
  readonly processor: string;
  readonly kernel: string;
  readonly pinning: string;
  /** Processes that wanted a processor, averaged over five minutes; the benchmark itself is one or two of them. */
  readonly load: number;
  readonly quick: boolean;
}

export function settingNow(pinning: string, quick: boolean): Setting {
  return {
    measuredAt: new Date().toISOString(),
    node: process.version,
    processor: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    kernel: `Linux ${release()}`,
    pinning,
    load: loadavg()[1] ?? Number.NaN,
    quick,
  };
}

/** For people: the setting of one part, or of several that were measured one after the other. */
export function sentenceOf(settings: readonly Setting[]): string {
  const each = (of: (setting: Setting) => string): string => [...new Set(settings.map(of))].join(' and ');
  const times = settings.map(({ measuredAt }) => measuredAt.slice(0, 16).replace('T', ' ')).toSorted();
  const loads = settings.map(({ load }) => load).filter((load) => !Number.isNaN(load));
  const span = (first: string, last: string): string => (first === last ? first : `${first} to ${last}`);
  const quickOnes = settings.filter((setting) => setting.quick).length;
  const quick = quickOnes === 0 ? '' : quickOnes === settings.length ? ' (--quick)' : ' (partly --quick)';
  return (
    `Measured ${span(times[0] ?? '', times.at(-1) ?? '')} UTC${quick}, Node ${each(({ node }) => node)}, ${each(({ kernel }) => kernel)}, ` +
    `${each(({ processor }) => processor)}; ${each(({ pinning }) => pinning)}; ` +
    `load average ${span(Math.min(...loads).toFixed(1), Math.max(...loads).toFixed(1))}.`
  );
}
