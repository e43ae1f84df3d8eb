import { median, spreadOf } from '../measure/rounds.ts';
import type { ContenderName } from '../peers/contenders.ts';
import { spreadCell } from './markdown.ts';
import type { Picture, Table, Verdict } from './report.ts';
import { barPicture, isOwn } from './svg/bars.ts';

export interface LatencyRow {
  readonly name: ContenderName | 'direct' | 'fsync';
  readonly title: string;
  /** p50, p99 and p99.9 in milliseconds, one triple a round. */
  readonly rounds: readonly (readonly number[])[];
}

const quantiles = ['p50', 'p99', 'p99.9'];
/** Where even the application alone is slower than this, in milliseconds at p99, the machine is too busy to tell. */
export const quietP99Ms = 2;

/** The application's own time is taken off every row but its own and the disk's. */
export function latencyTable(caption: string, rows: readonly LatencyRow[]): Table {
  return {
    caption,
    columns: ['', ...quantiles],
    rows: rows.map((row) => [
      row.title,
      ...quantiles.map((_, at) => spreadCell(spreadOf(shown(rows, row, at)))),
    ]),
  };
}

/** The p99 of each row at 1,000 events/s, its p50 darker within. */
export function latencyPicture(rows: readonly LatencyRow[]): Picture {
  const bars = rows.map((row) => ({
    label: row.title,
    value: median(shown(rows, row, 1)),
    inner: median(shown(rows, row, 0)),
    own: isOwn(row.title),
  }));
  const text = 'p50 and p99 of the time that each hop adds to an answer at 1,000 events a second';
  return barPicture(
    { name: 'latency', text },
    'Added to an answer at 1,000 events/s: p99, p50 darker, ms',
    bars,
  );
}

/** What a load of so many events a second decides. */
export function latencyVerdicts(rows: readonly LatencyRow[], perSecond: number): Verdict[] {
  const isQuiet = middleOf(rows, 'direct', 1) <= quietP99Ms;
  const verdict = (target: string, limit: number, value: number, at: number): Verdict => ({
    target,
    limit,
    measured: isQuiet ? value : Number.NaN,
    unit: 'ms',
    bareHop: isQuiet ? middleOf(rows, 'node', at) : Number.NaN,
  });
  const load = `at ${perSecond.toLocaleString('en')} events/s`;
  const p99 = middleOf(rows, 'embedded', 1) - middleOf(rows, 'fsync', 1);
  const beyondDisk = (limit: number): Verdict =>
    verdict(`p99 added ${load}, beyond the disk's own fsync`, limit, p99, 1);
  if (perSecond < 1000) return [beyondDisk(1)];
  return [beyondDisk(3), verdict(`p99.9 added ${load}`, 15, middleOf(rows, 'embedded', 2), 2)];
}

/** NaN where the row was not measured. */
function middleOf(rows: readonly LatencyRow[], name: LatencyRow['name'], at: number): number {
  const row = rows.find((one) => one.name === name);
  return row === undefined ? Number.NaN : median(shown(rows, row, at));
}

/** One quantile of each round, less that of the application alone in the same round. */
function shown(rows: readonly LatencyRow[], row: LatencyRow, at: number): number[] {
  const alone = row.name === 'direct' || row.name === 'fsync';
  const direct = rows.find(({ name }) => name === 'direct');
  return row.rounds.map((values, round) => {
    const value = values[at] ?? Number.NaN;
    return alone ? value : value - (direct?.rounds[round]?.[at] ?? Number.NaN);
  });
}
