/** What a sidecar takes in every pod: memory, and the time until it answers. */
import { sendAll } from '../load/closed-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency } from '../measure/costs.ts';
import { type MemoryUse, medianUse, memoryOf } from '../measure/memory.ts';
import { alternate, ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import { atHand, bareHop, nodeAlone, type Startable } from '../peers/contenders.ts';
import { bin, startGate } from '../peers/gates.ts';
import type { Started } from '../peers/programs.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import type { Bench, Part } from './part.ts';
import { floorStep, measureSteps, type Step, stepStartsTable, stepsAtHand, stepsTable } from './steps.ts';

/** After the start, before the idle memory is read. */
const settlingMs = 1000;
/** Fewer events than the memory store remembers; long after the last of them "Soak" sees no growth either. */
const batches = 20;
const quickBatches = 10;
const batchSize = 2000;

/** Of each program: single ones differ by a tenth and more. */
const memoryStartsOf = ({ quick }: Bench): number => (quick ? 1 : 3);

interface Footprint {
  readonly title: string;
  readonly idle: MemoryUse;
  /** Where the most was resident, between batches of events. */
  readonly loaded: MemoryUse;
}

export const footprint: Part = {
  name: 'footprint',
  async run(bench) {
    const sent = (bench.quick ? quickBatches : batches) * batchSize;
    const steps = stepsAtHand();
    const stepMemory = await measureSteps(bench, steps);
    const upstream = urlOf(await startApplication(bench.programs));
    const subjects = subjectsAtHand();
    const starting = steps.filter(startsOne);
    const starts = await measureStarts(bench, upstream, [...subjects, ...starting]);
    const stepStarts = starts
      .slice(subjects.length)
      .map((row, place) => ({ ...row, beyond: starting[place]?.beyond }));
    const readyOf = (title: string): readonly number[] =>
      starts.find((row) => row.title === title)?.readyMs ?? [];
    const rows = await measureMemory(bench, upstream, subjects, sent);
    const [gate] = rows;
    const nodeHop = rows.find(({ title }) => title === bareHop);
    const floorMemory = stepMemory.find(({ title }) => title === floorStep);
    return {
      title: 'Memory and start',
      tables: [
        {
          caption: `Resident memory ${settlingMs / 1000} s after the start and at most under ${sent} events of 800 bytes, ${concurrency} at once, and what of it no other process shares; medians of ${memoryStartsOf(bench)} starts, MB of a million bytes`,
          columns: ['', 'MB idle', 'of its own', 'MB loaded', 'of its own'],
          rows: rows.map(({ title, idle, loaded }) => [
            title,
            ...[idle.residentMB, idle.privateMB, loaded.residentMB, loaded.privateMB].map(threeDigits),
          ]),
        },
        stepsTable(stepMemory),
        {
          caption: `From the start to the first good answer, ${bench.rounds} alternating starts`,
          columns: ['', 'ready ms (least-most)', 'of a Node http hop'],
          rows: starts
            .slice(0, subjects.length)
            .map(({ title, readyMs }) => [
              title,
              spreadCell(spreadOf(readyMs)),
              threeDigits(ratioOfRounds(readyMs, readyOf(bareHop))),
            ]),
        },
        stepStartsTable(stepStarts, readyOf(bareHop)),
      ],
      verdicts: [
        {
          target: 'resident memory, idle (the aim: 64)',
          ...{ limit: 80, measured: gate?.idle.residentMB ?? Number.NaN, unit: 'MB' },
          ...(nodeHop && { bareHop: nodeHop.idle.residentMB }),
          ...(floorMemory && { floor: floorMemory.residentMB }),
        },
        {
          target: 'resident memory, loaded (the aim: 96)',
          ...{ limit: 110, measured: gate?.loaded.residentMB ?? Number.NaN, unit: 'MB' },
          ...(nodeHop && { bareHop: nodeHop.loaded.residentMB }),
        },
        {
          target: "time until ready, of a Node http hop's",
          limit: 1.7,
          measured: ratioOfRounds(readyOf(gate?.title ?? ''), readyOf(bareHop)),
          unit: '',
          floor: ratioOfRounds(readyOf(floorStep), readyOf(bareHop)),
        },
      ],
      pictures: [],
      figures: { rows, starts, steps: stepMemory },
    };
  },
};

function subjectsAtHand(): readonly Startable[] {
  const heapAsNodeSetsIt: Startable = {
    title: 'hookgate, embedded store, heap as Node sets it',
    start: (to, url) => startGate(to, url, { program: [process.execPath, bin, 'serve'] }),
  };
  return [...atHand(), nodeAlone, heapAsNodeSetsIt];
}

function startsOne(step: Step): step is Step & Startable {
  return step.start !== undefined;
}

async function measureStarts(
  { programs, rounds }: Bench,
  upstream: string,
  subjects: readonly Startable[],
): Promise<{ readonly title: string; readonly readyMs: readonly number[] }[]> {
  const readyMs = await alternate(subjects, rounds, async ({ start }) => {
    const started = await start(programs, upstream);
    await programs.end(started);
    return started.readyMs;
  });
  return subjects.map(({ title }, place) => ({ title, readyMs: readyMs[place] ?? [] }));
}

async function measureMemory(
  bench: Bench,
  upstream: string,
  subjects: readonly Startable[],
  sent: number,
): Promise<Footprint[]> {
  const uses: Omit<Footprint, 'title'>[][] = subjects.map(() => []);
  for (let round = 0; round < memoryStartsOf(bench); round++) {
    for (const [place, { start }] of subjects.entries()) {
      const started = await start(bench.programs, upstream);
      uses[place]?.push(await memoryUnder(started, sent));
      await bench.programs.end(started);
    }
  }
  return subjects.map(({ title }, place) => ({
    title,
    idle: medianUse((uses[place] ?? []).map(({ idle }) => idle)),
    loaded: medianUse((uses[place] ?? []).map(({ loaded }) => loaded)),
  }));
}

async function memoryUnder({ pid, port }: Started, sent: number): Promise<Omit<Footprint, 'title'>> {
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
