/** What a sidecar takes in every pod: memory, and the time until it answers. */
import { sendAll } from '../load/closed-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency } from '../measure/costs.ts';
import { type MemoryUse, memoryOf } from '../measure/memory.ts';
import { alternate, ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import { atHand, bareHop, nodeAlone, type Startable } from '../peers/contenders.ts';
import { bin, startGate } from '../peers/gates.ts';
import type { Started } from '../peers/programs.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import { measureSteps, stepsTable } from './memory-steps.ts';
import type { Bench, Part } from './part.ts';

/** After the start, before the idle memory is read. */
const settlingMs = 1000;
/** Fewer events than the memory store remembers; long after the last of them "Soak" sees no growth either. */
const batches = 20;
const quickBatches = 10;
const batchSize = 2000;

interface Footprint {
  readonly title: string;
  readonly readyMs: readonly number[];
  readonly idle: MemoryUse;
  /** Where the most was resident, between batches of events. */
  readonly loaded: MemoryUse;
}

export const footprint: Part = {
  name: 'footprint',
  async run(bench) {
    const sent = (bench.quick ? quickBatches : batches) * batchSize;
    const steps = await measureSteps(bench);
    const rows = await measureRows(bench, sent);
    const [gate] = rows;
    const nodeHop = rows.find(({ title }) => title === bareHop);
    return {
      title: 'Memory and start',
      tables: [
        {
          caption: `Resident memory ${settlingMs / 1000} s after the start and at most under ${sent} events of 800 bytes, ${concurrency} at once, and what of it no other process shares (MB of a million bytes)`,
          columns: ['', 'MB idle', 'of its own', 'MB loaded', 'of its own'],
          rows: rows.map(({ title, idle, loaded }) => [
            title,
            ...[idle.residentMB, idle.privateMB, loaded.residentMB, loaded.privateMB].map(threeDigits),
          ]),
        },
        stepsTable(steps),
        {
          caption: `From the start to the first good answer, ${bench.rounds} alternating starts`,
          columns: ['', 'ready ms (least-most)', 'of a Node http hop'],
          rows: rows.map(({ title, readyMs }) => [
            title,
            spreadCell(spreadOf(readyMs)),
            threeDigits(ratioOfRounds(readyMs, nodeHop?.readyMs ?? [])),
          ]),
        },
      ],
      verdicts: [
        {
          target: 'resident memory, idle (the aim: 64)',
          ...{ limit: 80, measured: gate?.idle.residentMB ?? Number.NaN, unit: 'MB' },
          ...(nodeHop && { bareHop: nodeHop.idle.residentMB }),
        },
        {
          target: 'resident memory, loaded (the aim: 96)',
          ...{ limit: 110, measured: gate?.loaded.residentMB ?? Number.NaN, unit: 'MB' },
          ...(nodeHop && { bareHop: nodeHop.loaded.residentMB }),
        },
        {
          target: "time until ready, of a Node http hop's",
          limit: 1.7,
          measured: ratioOfRounds(gate?.readyMs ?? [], nodeHop?.readyMs ?? []),
          unit: '',
        },
      ],
      pictures: [],
      figures: { rows, steps },
    };
  },
};

async function measureRows({ programs, rounds }: Bench, sent: number): Promise<Footprint[]> {
  const upstream = urlOf(await startApplication(programs));
  const subjects: Startable[] = [...atHand(), nodeAlone];
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
    rows.push({ title, readyMs: readyMs[place] ?? [], ...(await memoryUnder(started, sent)) });
    await programs.end(started);
  }
  return rows;
}

async function memoryUnder(
  { pid, port }: Started,
  sent: number,
): Promise<{ idle: MemoryUse; loaded: MemoryUse }> {
  await new Promise((resolve) => setTimeout(resolve, settlingMs));
  const idle = memoryOf(pid);
  const nextRound = eventsOf(800);
  let loaded = idle;
  for (let done = 0; done < sent; done += batchSize) {
    await sendAll(nextRound(batchSize), { port, concurrency, connections: 'kept', status: 200 });
    const now = memoryOf(pid);
    if (now.residentMB > loaded.residentMB) loaded = now;
  }
  return { idle, loaded };
}
