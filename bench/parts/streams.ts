/** What streams through the sidecar to the application: processor time, and the most memory that was seen. */
import { download, exchangeMessages, followEvents, upload } from '../load/streams.ts';
import { costOf } from '../measure/processor-time.ts';
import { alternate, ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import type { Programs, Started } from '../peers/programs.ts';
import { startStreamingApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import type { Table } from '../report/report.ts';
import type { Part } from './part.ts';
import { keptHop, passingRows } from './passthrough.ts';

const mebibyte = 1024 * 1024;
/** Rounds that count: each is long. */
const rounds = 3;
/** Of a round that counts, how much the one that warms up sends. */
const warmUpShare = 1 / 8;
const lookEveryMs = 50;

interface Load {
  readonly title: string;
  readonly unit: string;
  readonly count: number;
  readonly send: (port: number, count: number) => Promise<void>;
}

function loadsOf(quick: boolean): readonly Load[] {
  const mebibytes = quick ? 64 : 1024;
  const inBytes = (send: Load['send']) => (port: number, count: number) => send(port, count * mebibyte);
  return [
    { title: `An upload of ${mebibytes} MiB`, unit: 'a MiB', count: mebibytes, send: inBytes(upload) },
    { title: `A download of ${mebibytes} MiB`, unit: 'a MiB', count: mebibytes, send: inBytes(download) },
    ...[quick ? 1_000 : 10_000].map((count) => ({
      title: `${count} WebSocket messages of 200 bytes, there and back`,
      ...{ unit: 'a message', count, send: exchangeMessages },
    })),
    ...[quick ? 200 : 1_000].map((count) => ({
      title: `${count} event streams at once`,
      ...{ unit: 'a stream', count, send: followEvents },
    })),
  ];
}

interface Played {
  readonly costUs: number;
  readonly residentMB: number;
}

interface Row {
  readonly title: string;
  readonly played: readonly Played[];
  /** Why it has no figures. */
  readonly failed?: string;
}

export const streams: Part = {
  name: 'streams',
  async run({ programs, quick }) {
    const upstream = urlOf(await startStreamingApplication(programs));
    const measured: { load: Load; rows: readonly Row[] }[] = [];
    for (const load of loadsOf(quick))
      measured.push({ load, rows: await measureLoad(programs, upstream, load) });
    return {
      title: 'Streams',
      tables: measured.map(({ load, rows }) => tableOf(load, rows)),
      verdicts: [],
      pictures: [],
      figures: measured.map(({ load, rows }) => ({ title: load.title, rows })),
    };
  },
};

/** The programs are new for each load. One that fails is out of it and says so in its row; the gate, first, ends the run. */
async function measureLoad(programs: Programs, upstream: string, load: Load): Promise<Row[]> {
  const ways: { title: string; started: Started; failed?: string }[] = [];
  for (const { title, start } of passingRows())
    ways.push({ title, started: await start(programs, upstream) });
  const [gate] = ways;
  const results = await alternate(ways, rounds, async (way, round) => {
    if (way.failed !== undefined) return undefined;
    try {
      return await play(way.started, load, round < 0 ? Math.ceil(load.count * warmUpShare) : load.count);
    } catch (error) {
      if (way === gate) throw error;
      const { exitCode, signalCode } = way.started.child;
      way.failed = exitCode === null && signalCode === null ? (error as Error).message : 'its process ended';
      return undefined;
    }
  });
  for (const { started } of ways) await programs.end(started);
  return ways.map(({ title, failed }, place) => ({
    title,
    played: (results[place] ?? []).filter((played) => played !== undefined),
    ...(failed === undefined ? {} : { failed }),
  }));
}

function tableOf({ title, unit }: Load, rows: readonly Row[]): Table {
  const costsOf = (row: Row | undefined): number[] => row?.played.map(({ costUs }) => costUs) ?? [];
  const hop = costsOf(rows.find((row) => row.title === keptHop));
  return {
    caption: `${title}, ${rounds} alternating rounds`,
    columns: ['', `µs ${unit} (least-most)`, 'of http-proxy with keep-alive', 'MB at most'],
    rows: rows.map((row) =>
      row.failed === undefined
        ? [
            row.title,
            spreadCell(spreadOf(costsOf(row))),
            threeDigits(ratioOfRounds(costsOf(row), hop)),
            threeDigits(Math.max(...row.played.map(({ residentMB }) => residentMB))),
          ]
        : [row.title, `failed: ${row.failed}`, '', ''],
    ),
  };
}

async function play({ pid, port }: Started, { send }: Load, count: number): Promise<Played> {
  let residentMB = 0;
  const look = (): void => {
    residentMB = Math.max(residentMB, costOf(pid).residentMB);
  };
  const looking = setInterval(() => {
    try {
      look();
    } catch {
      // It has ended, which the load is about to say.
    }
  }, lookEveryMs);
  const before = costOf(pid).processorUs;
  try {
    await send(port, count);
  } finally {
    clearInterval(looking);
  }
  look();
  return { costUs: (costOf(pid).processorUs - before) / count, residentMB };
}
