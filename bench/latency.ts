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
/** In place of the image's own flag of the same name, or beside those. */
const variants: readonly (readonly string[])[] = [
  [],
  ['--v8-pool-size=1'],
  ['--v8-pool-size=1', '--max-semi-space-size=4'],
  ['--max-semi-space-size=8'],
  ['--no-parallel-scavenge'],
  ['--single-threaded-gc'],
];
const nextRound = eventsOf(800);

pinThisProcess('around');
const directory = mkdtempSync(join(tmpdir(), 'hookgate-latency-'));
const programs = createPrograms(directory);
try {
  const upstream = urlOf(await startApplication(programs));
  const rows = await Promise.all(variants.map((flags) => startWith(flags, upstream)));
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

async function startWith(flags: readonly string[], upstream: string) {
  const nameOf = (word: string): string => word.split('=')[0] ?? word;
  const replaced = new Set(flags.map(nameOf));
  const program = [...imageSettings().filter((word) => !replaced.has(nameOf(word))), ...flags, bin, 'serve'];
  const env = { HOOKGATE_DUPLICATES_STORE: values.store };
  const title = flags.length === 0 ? 'as it ships' : flags.join(' ');
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
