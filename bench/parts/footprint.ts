/** What a sidecar takes in every pod: memory, and the time until it answers. */
import { sendAll } from '../load/closed-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency } from '../measure/costs.ts';
import { costOf } from '../measure/processor-time.ts';
import { alternate, ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import { atHand, type Startable } from '../peers/contenders.ts';
import { bin, startGate } from '../peers/gates.ts';
import type { Started } from '../peers/programs.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import type { Bench, Part } from './part.ts';

/** After the start, before the idle memory is read. */
const settlingMs = 1000;
/**
 * Until more keys are remembered than the embedded store's first filter has room for (65,536), so that it is built anew
 * under way, and fewer than the memory store takes.
 */
const batches = 45;
const quickBatches = 10;
const batchSize = 2000;

interface Footprint {
  readonly title: string;
  readonly readyMs: readonly number[];
  readonly idleMB: number;
  /** The most that was seen between batches of events. */
  readonly loadedMB: number;
}

export const footprint: Part = {
  name: 'footprint',
  async run(bench) {
    const sent = (bench.quick ? quickBatches : batches) * batchSize;
    const rows = await measureRows(bench, sent);
    const [gate] = rows;
    const nodeHop = rows.find(({ title }) => title === 'Node http hop, keep-alive agent');
    return {
      title: 'Memory and start',
      tables: [
        {
          caption: `Resident memory ${settlingMs / 1000} s after the start and at most under ${sent} events of 800 bytes, ${concurrency} at once (MB of a million bytes), and time from the start to the first good answer, ${bench.rounds} alternating starts`,
          columns: ['', 'MB idle', 'MB loaded', 'ready ms (least-most)'],
          rows: rows.map((row) => [
            row.title,
            threeDigits(row.idleMB),
            threeDigits(row.loadedMB),
            spreadCell(spreadOf(row.readyMs)),
          ]),
        },
      ],
      verdicts: [
        { target: 'resident memory, idle', limit: 80, measured: gate?.idleMB ?? Number.NaN, unit: 'MB' },
        { target: 'resident memory, loaded', limit: 110, measured: gate?.loadedMB ?? Number.NaN, unit: 'MB' },
        {
          target: "time until ready, of a Node http hop's",
          limit: 1.7,
          measured: ratioOfRounds(gate?.readyMs ?? [], nodeHop?.readyMs ?? []),
          unit: '',
        },
      ],
      pictures: [],
      figures: rows,
    };
  },
};

async function measureRows({ programs, rounds }: Bench, sent: number): Promise<Footprint[]> {
  const upstream = urlOf(await startApplication(programs));
  const subjects: Startable[] = atHand();
  subjects.push({
    title: 'hookgate, embedded store, heap as Node sets it',
    start: (to, url) => startGate(to, url, { program: [process.execPath, bin, 'serve'] }),
  });
  const readyMs = await alternate(subjects, rounds, async ({ start }) => {
    const started = await start(programs, upstream);
    await programs.end(started);
    return started.readyMs;
  });
  const rows = [];
  for (const [place, { title, start }] of subjects.entries()) {
    const started = await start(programs, upstream);
    rows.push({ title, readyMs: readyMs[place] ?? [], ...(await memoryOf(started, sent)) });
    await programs.end(started);
  }
  return rows;
}

async function memoryOf({ pid, port }: Started, sent: number): Promise<{ idleMB: number; loadedMB: number }> {
  await new Promise((resolve) => setTimeout(resolve, settlingMs));
  const idleMB = costOf(pid).residentMB;
  const nextRound = eventsOf(800);
  let loadedMB = 0;
  for (let done = 0; done < sent; done += batchSize) {
    await sendAll(nextRound(batchSize), { port, concurrency, connections: 'kept', status: 200 });
    loadedMB = Math.max(loadedMB, costOf(pid).residentMB);
  }
  return { idleMB, loadedMB };
}
