/** What the gate adds to the time of an answer, at loads that leave it time: so many events a second whatever happens. */
import { sendAll } from '../load/closed-loop.ts';
import { sendOnSchedule } from '../load/open-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, longWarmUpCount, warmUpCount } from '../measure/costs.ts';
import { fsyncTimesMs } from '../measure/fsync.ts';
import { alternate, quantile } from '../measure/rounds.ts';
import { atHand, type ContenderName } from '../peers/contenders.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import {
  type LatencyRow,
  latencyPicture,
  latencyTable,
  latencyVerdicts,
  quietP99Ms,
} from '../report/latency-table.ts';
import type { Bench, Part } from './part.ts';

interface Measured {
  readonly rows: readonly LatencyRow[];
  /** The application's own p99 in each round that was played again for it. */
  readonly busyP99sMs: readonly number[];
}

interface Load {
  readonly perSecond: number;
  /** Of a round. */
  readonly seconds: number;
  readonly quickSeconds: number;
  readonly contenders: readonly ContenderName[];
}

const full: Load = {
  perSecond: 1000,
  // With all its rounds played again, warming up and the busy day fit into the 100,000 keys of the memory store.
  ...{ seconds: 3, quickSeconds: 2 },
  contenders: ['embedded', 'memory', 'redis', 'http-proxy-kept', 'node', 'nginx-lua'],
};
/** A busy day of one application; rounds that are long enough for a p99. */
const busyDay: Load = {
  perSecond: 50,
  ...{ seconds: 8, quickSeconds: 4 },
  contenders: ['embedded', 'memory', 'node'],
};
const shares = [0.5, 0.99, 0.999] as const;
const diskPauseMs = ({ perSecond }: Load): number => (perSecond < 1000 ? 1000 / perSecond : 0);

/** What is asked, warm. */
interface Subject {
  readonly name: LatencyRow['name'];
  readonly title: string;
  readonly measure: (load: Load, count: number) => Promise<number[]>;
}

export const latency: Part = {
  name: 'latency',
  async run(bench) {
    const subjects = await startAll(bench);
    const measured = [];
    for (const load of [full, busyDay])
      measured.push({ load, ...(await measureLoad(bench, subjects, load)) });
    return {
      title: 'Latency',
      tables: measured.map(({ load, rows, busyP99sMs }) =>
        latencyTable(captionOf(bench, load, busyP99sMs.length), rows),
      ),
      verdicts: measured.flatMap(({ load, rows }) => latencyVerdicts(rows, load.perSecond)),
      pictures: measured.slice(0, 1).map(({ rows }) => latencyPicture(rows)),
      figures: measured,
    };
  },
};

async function startAll({ programs, quick }: Bench): Promise<Subject[]> {
  const application = await startApplication(programs);
  const nextRound = eventsOf(800);
  const subjectAt = (name: LatencyRow['name'], title: string, port: number): Subject => ({
    name,
    title,
    measure: ({ perSecond }, count) => sendOnSchedule(nextRound(count), { port, perSecond }),
  });
  const subjects = [subjectAt('direct', 'the application alone', application.port)];
  for (const { name, title, start } of atHand(full.contenders)) {
    const { port } = await start(programs, urlOf(application));
    // nginx has nothing to compile.
    const warmUp = name === 'nginx-lua' ? 1000 : quick ? warmUpCount : longWarmUpCount;
    await sendAll(nextRound(warmUp), { port, concurrency, connections: 'kept', status: 200 });
    subjects.push(subjectAt(name, title, port));
  }
  const disk = programs.folder();
  subjects.push({
    name: 'fsync',
    title: "the disk's own fsync, alone",
    measure: (load, count) => fsyncTimesMs(disk, load.perSecond < 1000 ? count : 1000, diskPauseMs(load)),
  });
  return subjects;
}

async function measureLoad(
  { rounds, quick }: Bench,
  subjects: readonly Subject[],
  load: Load,
): Promise<Measured> {
  const names: readonly string[] = ['direct', ...load.contenders, 'fsync'];
  const own = subjects.filter(({ name }) => names.includes(name));
  const seconds = secondsOf(load, quick);
  const play = async ({ measure }: Subject, round: number): Promise<number[]> => {
    const timesMs = await measure(load, load.perSecond * (round < 0 ? 1 : seconds));
    return shares.map((share) => quantile(timesMs, share));
  };
  const busyP99sMs: number[] = [];
  // The application alone, which is the first row, decides; and no more rounds are played again than count.
  const isAgain = ([alone]: readonly number[][]): boolean => {
    const p99Ms = alone?.[1] ?? Number.NaN;
    const isBusy = p99Ms > quietP99Ms && busyP99sMs.length < rounds;
    if (isBusy) busyP99sMs.push(p99Ms);
    return isBusy;
  };
  const results = await alternate(own, rounds, play, isAgain);
  const rows = own.map(({ name, title }, place) => ({ name, title, rounds: results[place] ?? [] }));
  return { rows, busyP99sMs };
}

function secondsOf({ seconds, quickSeconds }: Load, quick: boolean): number {
  return quick ? quickSeconds : seconds;
}

function captionOf({ rounds, quick }: Bench, load: Load, again: number): string {
  return `Added to the answer by a hop, events of 800 bytes, ${load.perSecond.toLocaleString('en')} a second on a fixed schedule (open loop), ${rounds} alternating rounds of ${secondsOf(load, quick)} s (${again} on a busy machine were played again); ms, median (least-most) of the rounds`;
}
