/** What the gate adds to the time of an answer, at a load that leaves it time: 1,000 events/s whatever happens. */
import { sendAll } from '../load/closed-loop.ts';
import { sendOnSchedule } from '../load/open-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, longWarmUpCount, warmUpCount } from '../measure/costs.ts';
import { fsyncTimesMs } from '../measure/fsync.ts';
import { alternate, quantile } from '../measure/rounds.ts';
import { atHand } from '../peers/contenders.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { type LatencyRow, latencyPicture, latencyTable, latencyVerdicts } from '../report/latency-table.ts';
import type { Bench, Part } from './part.ts';

const perSecond = 1000;
const shares = [0.5, 0.99, 0.999] as const;

export const latency: Part = {
  name: 'latency',
  async run(bench) {
    const seconds = bench.quick ? 2 : 4;
    const rows = await measureRows(bench, seconds);
    return {
      title: 'Latency',
      tables: [
        latencyTable(
          `Added to the answer by a hop, events of 800 bytes, ${perSecond} a second on a fixed schedule (open loop), ${bench.rounds} alternating rounds of ${seconds} s; ms, median (least-most) of the rounds`,
          rows,
        ),
      ],
      verdicts: latencyVerdicts(rows),
      pictures: [latencyPicture(rows)],
      figures: rows,
    };
  },
};

async function measureRows({ programs, rounds, quick }: Bench, seconds: number): Promise<LatencyRow[]> {
  const application = await startApplication(programs);
  const nextRound = eventsOf(800);
  const disk = programs.folder();
  const subjects: {
    name: LatencyRow['name'];
    title: string;
    measure: (isWarmUp: boolean) => Promise<number[]>;
  }[] = [];
  const add = (name: LatencyRow['name'], title: string, port: number): void => {
    subjects.push({
      name,
      title,
      async measure(isWarmUp) {
        if (isWarmUp)
          await sendAll(nextRound(quick ? warmUpCount : longWarmUpCount), {
            port,
            concurrency,
            connections: 'kept',
            status: 200,
          });
        return sendOnSchedule(nextRound(isWarmUp ? perSecond : perSecond * seconds), { port, perSecond });
      },
    });
  };
  add('direct', 'the application alone', application.port);
  for (const { name, title, start } of atHand()) {
    add(name, title, (await start(programs, urlOf(application))).port);
  }
  const measure = async (): Promise<number[]> => fsyncTimesMs(disk, perSecond);
  subjects.push({ name: 'fsync', title: "the disk's own fsync, alone", measure });

  const results = await alternate(subjects, rounds, async ({ measure }, round) => {
    const timesMs = await measure(round < 0);
    return shares.map((share) => quantile(timesMs, share));
  });
  return subjects.map(({ name, title }, place) => ({ name, title, rounds: results[place] ?? [] }));
}
