/**
 * What of the gate's latency is V8's: the same build under several flags, at 1,000 events a second (open loop), on one
 * core. `node bench/latency.ts [--rounds 7] [--seconds 4] [--store embedded]`; `npm run build` first.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sendAll } from './load/closed-loop.ts';
import { sendOnSchedule } from './load/open-loop.ts';
import { eventsOf } from './load/signed-requests.ts';
import { concurrency, longWarmUpCount } from './measure/costs.ts';
import { costOf } from './measure/processor-time.ts';
import { alternate, quantile, spreadOf } from './measure/rounds.ts';
import { bin, imageSettings, startGate } from './peers/gates.ts';
import { pinThisProcess } from './peers/pinning.ts';
import { createPrograms } from './peers/programs.ts';
import { startApplication, urlOf } from './peers/start-application.ts';
import { renderReport, spreadCell, threeDigits } from './report/markdown.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '4' },
    store: { type: 'string', default: 'embedded' },
  },
});
const perSecond = 1000;
const perRound = perSecond * Number(values.seconds);
const flags = ['', '--no-parallel-scavenge', '--single-threaded-gc', '--max-semi-space-size=8'];
const nextRound = eventsOf(800);

pinThisProcess('around');
const directory = mkdtempSync(join(tmpdir(), 'hookgate-latency-'));
const programs = createPrograms(directory);
try {
  const upstream = urlOf(await startApplication(programs));
  const rows = await Promise.all(flags.map((flag) => startWith(flag, upstream)));
  const results = await alternate(rows, Number(values.rounds), playRound);
  const columns = [0.5, 0.99, 0.999, 1];
  console.log(
    renderReport({
      title: '',
      tables: [
        {
          caption: `From when an event of 800 bytes is due to the end of its answer, ${values.store} store, ${perSecond} a second, after ${longWarmUpCount} events; ms, median (least-most) of ${values.rounds} rounds of ${values.seconds} s`,
          columns: ['', 'p50', 'p99', 'p99.9', 'longest', 'µs an event', 'MB'],
          rows: rows.map(({ title, pid }, place) => {
            const rounds = results[place] ?? [];
            return [
              title,
              ...columns.map((share) =>
                spreadCell(spreadOf(rounds.map(({ timesMs }) => quantile(timesMs, share)))),
              ),
              spreadCell(spreadOf(rounds.map(({ costUs }) => costUs))),
              threeDigits(costOf(pid).residentMB),
            ];
          }),
        },
      ],
      verdicts: [],
      pictures: [],
      figures: [],
    }),
  );
} finally {
  await programs.endAll();
  rmSync(directory, { recursive: true });
}

async function startWith(flag: string, upstream: string) {
  const name = flag.split('=')[0] as string;
  const own = imageSettings().filter((word) => flag === '' || !word.startsWith(name));
  const program = [...own, ...(flag === '' ? [] : [flag]), bin, 'serve'];
  const env = { HOOKGATE_DUPLICATES_STORE: values.store };
  const title = flag === '' ? 'as it ships' : flag;
  return { title, ...(await startGate(programs, upstream, { program, env })) };
}

async function playRound({ pid, port }: { pid: number; port: number }, round: number) {
  if (round < 0)
    await sendAll(nextRound(longWarmUpCount), { port, concurrency, connections: 'kept', status: 200 });
  const requests = nextRound(perRound);
  const before = costOf(pid).processorUs;
  const timesMs = await sendOnSchedule(requests, { port, perSecond });
  return { timesMs, costUs: (costOf(pid).processorUs - before) / perRound };
}
