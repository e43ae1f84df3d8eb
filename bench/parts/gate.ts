/** What an event costs on its way through the gate and through what stands in its place elsewhere. */
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, measureCosts } from '../measure/costs.ts';
import { provesItself } from '../measure/proves-itself.ts';
import { atHand } from '../peers/contenders.ts';
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

/** A pod pays most often for a new connection, then for what follows on a kept one; `data` has other sizes. */
const workloads: readonly Workload[] = [
  { bytes: 800, count: 4000, connections: 'new' },
  { bytes: 800, count: 4000, connections: 'kept' },
  { bytes: 64 * 1024, count: 400, connections: 'kept' },
];

export const gate: Part = {
  name: 'gate',
  async run(bench) {
    const measured = [];
    for (const { count, ...kind } of workloads) {
      const workload = { ...kind, count: bench.quick ? count / 4 : count };
      measured.push({ workload, rows: await measureWorkload(bench, workload) });
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

/** The programs are new for each load, so that none has what another load left in its memory. */
async function measureWorkload(
  { programs, rounds }: Bench,
  { bytes, connections, count }: Workload,
): Promise<CostRow[]> {
  const application = await startApplication(programs);
  const nextRound = eventsOf(bytes, { connections });
  const contenders = atHand();
  const subjects = [];
  for (const { title, verifies, start } of contenders) {
    const started = await start(programs, urlOf(application));
    if (verifies) await provesItself(title, started);
    subjects.push({ title, started, nextRound, count, loop: { connections } });
  }
  const costs = await measureCosts(subjects, rounds);
  await programs.endAll();
  return costs.map((cost, place) => ({ ...cost, name: contenders[place]?.name ?? 'embedded' }));
}

function captionOf({ bytes, connections, count }: Workload, rounds: number): string {
  const kind = connections === 'kept' ? 'kept connections' : 'a new connection for each event';
  return `Events of ${sizeOf(bytes)}, ${kind}, ${concurrency} at once; ${rounds} alternating rounds of ${count}`;
}
