/**
 * Whether one build of the gate costs less processor time than another, where the difference is small: very short
 * rounds, so that whatever else the machine does weighs on both, and an error beside each ratio.
 * `node bench/compare.ts DIST DIST ... [--rounds 200] [--store memory] [--send delivered|connected|forged|unlisted]
 * [--bytes 800]`; build each with `node scripts/build.ts` and copy `dist/` away; Node's settings are those of the image.
 * The last line is what the first costs beside itself: noise.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sendAll } from './load/closed-loop.ts';
import { createEvents, forged } from './load/events.ts';
import { postRequest } from './load/requests.ts';
import { besideTheFirst } from './measure/beside-the-first.ts';
import { concurrency } from './measure/costs.ts';
import { costOf } from './measure/processor-time.ts';
import { alternate } from './measure/rounds.ts';
import { imageSettings, startGate } from './peers/gates.ts';
import { pinThisProcess } from './peers/pinning.ts';
import { createPrograms } from './peers/programs.ts';
import { startApplication, urlOf } from './peers/start-application.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '200' },
    store: { type: 'string', default: 'memory' },
    send: { type: 'string', default: 'delivered' },
    bytes: { type: 'string', default: '800' },
  },
});
const warmUp = 4000;
const eventsPerRound = 100;
const loops = {
  delivered: { status: 200 },
  /** A delivery on a connection of its own. */
  connected: { status: 200, connections: 'new' },
  forged: { status: 401 },
  unlisted: { status: 403, from: '127.0.0.2', connections: 'new' },
} as const;
const kind = values.send as keyof typeof loops;
const nextEvent = createEvents(Number(values.bytes));

pinThisProcess('around');
const directory = mkdtempSync(join(tmpdir(), 'hookgate-compare-'));
const programs = createPrograms(directory);
try {
  const upstream = urlOf(await startApplication(programs));
  const [first = ''] = positionals;
  const rows = await Promise.all([...positionals, first].map((dist) => startBuild(dist, upstream)));
  const costs = await alternate(rows, Number(values.rounds), playRound);
  console.log(`${kind}, ${values.store} store, ${values.rounds} rounds of ${eventsPerRound}`);
  console.log('build | µs, median | of the first | MB resident at the end');
  const lines = besideTheFirst(
    rows.map(({ dist }) => dist),
    costs,
  );
  for (const [place, { pid }] of rows.entries())
    console.log(`${lines[place]} | ${costOf(pid).residentMB.toFixed(1)}`);
} finally {
  await programs.endAll();
  rmSync(directory, { recursive: true });
}

async function startBuild(dist: string, upstream: string) {
  const bin = join(resolve(dist), 'hookgate.js');
  const program = [...imageSettings(), bin, 'serve'];
  const env = { HOOKGATE_DUPLICATES_STORE: values.store };
  return { dist, title: dist, ...(await startGate(programs, upstream, { program, env })) };
}

/** Microseconds of processor time an event. */
async function playRound({ pid, port }: { pid: number; port: number }, round: number): Promise<number> {
  const count = round < 0 ? warmUp : eventsPerRound;
  const loop = { port, concurrency, connections: 'kept', ...loops[kind] } as const;
  const connection = loop.connections === 'new' ? 'close' : 'keep-alive';
  const requests = Array.from({ length: count }, () => postRequest(nextBody(), { connection }));
  const before = costOf(pid).processorUs;
  await sendAll(requests, loop);
  return (costOf(pid).processorUs - before) / count;
}

function nextBody(): string {
  return kind === 'forged' ? forged(nextEvent()) : nextEvent();
}
