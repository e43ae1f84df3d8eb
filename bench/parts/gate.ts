/** What an event costs on its way through the gate and through what stands in its place elsewhere. */
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, measureCosts, type Subject } from '../measure/costs.ts';
import { provesItself } from '../measure/proves-itself.ts';
import { atHand, nodeAndSocketClient } from '../peers/contenders.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { type CostRow, costPicture, costTable, costVerdicts } from '../report/cost-table.ts';
import { sizeOf } from '../report/markdown.ts';
import type { Bench, Part } from './part.ts';

interface Workload {
  readonly bytes: number;
  readonly connections: 'kept' | 'new';
  /** Events a round. */
  readonly count: number;
}

/**
 * A pod pays most often for a new connection, then for what follows on a kept one; `data` has other sizes. The loads of a
 * group go to the same programs, so that long events meet code that V8 has compiled.
 */
const groups: readonly (readonly Workload[])[] = [
  [{ bytes: 800, count: 4000, connections: 'new' }],
  [
    { bytes: 800, count: 4000, connections: 'kept' },
    { bytes: 64 * 1024, count: 400, connections: 'kept' },
  ],
];

interface Measured {
  readonly workload: Workload;
  readonly rows: readonly CostRow[];
}

export const gate: Part = {
  name: 'gate',
  async run(bench) {
    const measured: Measured[] = [];
    for (const group of groups) {
      const workloads = group.map((workload) => ({
        ...workload,
        count: bench.quick ? workload.count / 4 : workload.count,
      }));
      measured.push(...(await measureGroup(bench, workloads)));
    }
    return {
      title: 'Processor time an event',
      tables: measured.map(({ workload, rows }) => costTable(captionOf(workload, bench.rounds), rows)),
      verdicts: measured.flatMap(({ workload, rows }) => costVerdicts(rows, workload)),
      pictures: measured
        .filter(({ workload }) => workload.bytes === 800 && workload.connections === 'kept')
        .map(({ workload, rows }) => costPicture(captionOf(workload, bench.rounds), rows)),
      figures: measured,
    };
  },
};

async function measureGroup(
  { programs, rounds }: Bench,
  workloads: readonly Workload[],
): Promise<Measured[]> {
  const upstream = urlOf(await startApplication(programs));
  const running: (Pick<Subject, 'title' | 'started'> & Pick<CostRow, 'name'>)[] = [];
  for (const { name, title, verifies, start } of atHand()) {
    const started = await start(programs, upstream);
    if (verifies) await provesItself(title, started);
    running.push({ name, title, started });
  }
  const { title, start } = nodeAndSocketClient;
  running.push({ name: 'floor', title, started: await start(programs, upstream) });
  const measured: Measured[] = [];
  for (const workload of workloads) {
    const { bytes, connections, count } = workload;
    const nextRound = eventsOf(bytes, { connections });
    const costs = await measureCosts(
      running.map((each) => ({ ...each, nextRound, count, loop: { connections } })),
      rounds,
    );
    const rows = costs.map((cost, place) => ({ ...cost, name: running[place]?.name ?? 'embedded' }));
    measured.push({ workload, rows });
  }
  await programs.endAll();
  return measured;
}

function captionOf({ bytes, connections, count }: Workload, rounds: number): string {
  const kind = connections === 'kept' ? 'kept connections' : 'a new connection for each event';
  return `Events of ${sizeOf(bytes)}, ${kind}, ${concurrency} at once; ${rounds} alternating rounds of ${count}`;
}
