/**
 * What of an event outlives the collections of new objects, and so takes memory until the next full one: how much V8's
 * space for old objects, and the memory outside of its heap, grow from event to event. `node bench/grows-old.ts DIST ...
 * [--store embedded] [--concurrency 32] [--starts 3]`; a DIST may be followed by flags of Node, all in one word with
 * commas between. Each row is one start: where V8 begins to put objects straight among the old ones differs from start
 * to start.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sendAll } from './load/closed-loop.ts';
import { eventsOf } from './load/signed-requests.ts';
import { warmUpCount } from './measure/costs.ts';
import { costOf } from './measure/processor-time.ts';
import { quantile } from './measure/rounds.ts';
import { imageSettings, startGate } from './peers/gates.ts';
import { pinThisProcess } from './peers/pinning.ts';
import { createPrograms } from './peers/programs.ts';
import { startApplication, urlOf } from './peers/start-application.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string', default: 'memory' },
    concurrency: { type: 'string', default: '32' },
    starts: { type: 'string', default: '3' },
  },
});
const eventsPerStep = 500;
const steps = 20;

pinThisProcess('around');
const directory = mkdtempSync(join(tmpdir(), 'hookgate-grows-old-'));
const programs = createPrograms(directory);
try {
  const upstream = urlOf(await startApplication(programs));
  console.log(`${values.store} store, ${values.concurrency} at once, after ${warmUpCount} events\n`);
  console.log(
    '| build | old, bytes an event | outside, bytes an event | MB resident |\n|---|---:|---:|---:|',
  );
  for (let start = 0; start < Number(values.starts); start++)
    for (const build of positionals) await measure(build, upstream);
} finally {
  await programs.endAll();
  rmSync(directory, { recursive: true });
}

async function measure(build: string, upstream: string): Promise<void> {
  const [dist = '', ...flags] = build.split(',');
  const gate = await startGate(programs, upstream, {
    program: [...imageSettings(), ...flags, join(resolve(dist), 'hookgate.js'), 'serve'],
    env: { HOOKGATE_DUPLICATES_STORE: values.store },
  });
  const nextRound = eventsOf(800);
  const send = (count: number): Promise<number> =>
    sendAll(nextRound(count), {
      port: gate.port,
      concurrency: Number(values.concurrency),
      connections: 'kept',
      status: 200,
    });
  await send(warmUpCount);
  const seen = [await sizes(gate.adminPort)];
  for (let step = 0; step < steps; step++) {
    await send(eventsPerStep);
    seen.push(await sizes(gate.adminPort));
  }
  const row = [median(seen, 'old'), median(seen, 'outside'), Math.round(costOf(gate.pid).residentMB)];
  console.log(`| ${build} | ${row.join(' | ')} |`);
  await programs.end(gate);
}

interface Sizes {
  readonly old: number;
  readonly outside: number;
}

/** Bytes, by the gate's own figures of its main thread. */
async function sizes(adminPort: number): Promise<Sizes> {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  const figureOf = (series: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(series))
        ?.split(' ')
        .at(-1),
    );
  return {
    old: figureOf('nodejs_heap_space_size_used_bytes{space="old"}'),
    outside: figureOf('nodejs_external_memory_bytes'),
  };
}

/** Bytes an event; the steps in which a full collection came are the few in which a size falls. */
function median(seen: readonly Sizes[], size: keyof Sizes): number {
  const grown = seen.slice(1).map((now, step) => now[size] - (seen[step] as Sizes)[size]);
  return Math.round(quantile(grown, 0.5) / eventsPerStep);
}
