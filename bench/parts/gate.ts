/** What an event costs on its way through the gate and through what stands in its place elsewhere. */
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, measureCosts } from '../measure/costs.ts';
import { provesItself } from '../measure/proves-itself.ts';
import { atHand } from '../peers/contenders.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { type CostRow, costPicture, costTable, costVerdicts } from '../report/cost-table.ts';
import type { Bench, Part } from './part.ts';

interface Workload {
  readonly bytes: number;
  readonly connections: 'kept' | 'new';
  /** Events a round. */
  readonly count: number;
}

const workloads: readonly Workload[] = (['kept', 'new'] as const).flatMap((connections) => [
  { bytes: 800, count: 4000, connections },
  { bytes: 4 * 1024, count: 2400, connections },
  { bytes: 64 * 1024, count: 400, connections },
]);
/** Each kind of connection and the longest events. */
const quickWorkloads = workloads
  .filter(({ bytes, connections }) => (connections === 'kept' ? bytes !== 4 * 1024 : bytes === 800))
  .map((workload) => ({ ...workload, count: workload.count / 4 }));

export const gate: Part = {
  name: 'gate',
  async run(bench) {
    const measured = [];
    for (const workload of bench.quick ? quickWorkloads : workloads) {
      measured.push({ workload, rows: await measureWorkload(bench, workload) });
    }
    return {
      title: 'Processor time an event',
      tables: measured.map(({ workload, rows }) => costTable(captionOf(workload, bench.rounds), rows)),
      verdicts: measured.flatMap(({ workload, rows }) => costVerdicts(rows, workload)),
      pictures: measured
        .slice(0, 1)
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
  const size = bytes < 1024 ? `${bytes} bytes` : `${bytes / 1024} KiB`;
  const kind = connections === 'kept' ? 'kept connections' : 'a new connection for each event';
  return `Events of ${size}, ${kind}, ${concurrency} at once; ${rounds} alternating rounds of ${count}`;
}
