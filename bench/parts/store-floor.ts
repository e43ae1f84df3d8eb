/** What the embedded store's design costs before its table does anything: the ways to its thread, and the disk. */
import { join } from 'node:path';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { alternate, spreadOf } from '../measure/rounds.ts';
import { spreadCell } from '../report/markdown.ts';
import type { Table } from '../report/report.ts';
import { openBenchStore } from '../store/open.ts';
import { newKeys, type Played, playAtFullSpeed, playPaced } from '../store/play.ts';
import { openTrips, type TripsStore } from '../store/trips.ts';
import type { Bench } from './part.ts';

const perSecond = 1000;
const atOnce = 32;
const warmUp = 20_000;

interface StoreCosts {
  readonly title: string;
  /** Microseconds of processor time an event, all threads; one a round. */
  readonly pacedUs: readonly number[];
  readonly fullUs: readonly number[];
}

/** In this process, whose threads share one core as those of a gate do. */
export async function measureStores({ programs, rounds, quick }: Bench): Promise<StoreCosts[]> {
  const folder = programs.folder();
  const seconds = quick ? 1 : 2;
  const { store: embedded } = await openBenchStore(join(folder, 'events.db'));
  const rows: { title: string; store: TripsStore }[] = [
    {
      title: 'memory store',
      store: createMemoryStore({ maxKeys: 10_000_000, now: () => performance.now() }),
    },
    {
      title: 'two ways to a thread that answers at once',
      store: await openTrips(join(folder, 'trips'), false),
    },
    {
      title: 'the same, and a page synchronised for what was recorded together',
      store: await openTrips(join(folder, 'synchronised'), true),
    },
    { title: 'embedded store', store: embedded },
  ];
  for (const { store } of rows) await playAtFullSpeed(store, newKeys(warmUp), atOnce);
  const results = await alternate(rows, rounds, async ({ store }) => ({
    paced: costOf(await playPaced(store, newKeys(perSecond * seconds), perSecond)),
    full: costOf(await playAtFullSpeed(store, newKeys(10 * perSecond), atOnce)),
  }));
  for (const { store } of rows) await store.close();
  return rows.map(({ title }, place) => ({
    title,
    pacedUs: (results[place] ?? []).map(({ paced }) => paced),
    fullUs: (results[place] ?? []).map(({ full }) => full),
  }));
}

export function storesTable(rows: readonly StoreCosts[], rounds: number): Table {
  return {
    caption: `Claim and record of an event in the store alone, all its threads and the one that asks on one core; ${rounds} alternating rounds, µs of processor time (least-most)`,
    columns: ['', 'one by one, 1,000 a second', `${atOnce} at once`],
    rows: rows.map(({ title, pacedUs, fullUs }) => [
      title,
      spreadCell(spreadOf(pacedUs)),
      spreadCell(spreadOf(fullUs)),
    ]),
  };
}

function costOf({ processorUs, latenciesMs }: Played): number {
  return processorUs / latenciesMs.length;
}
