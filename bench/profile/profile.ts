/**
 * Where the gate's processor time goes and what it allocates: events through one gate under V8's sampling profilers.
 * Prints the shares of the main thread by room of the source, by library and by part of Node, and the dearest
 * functions, and draws both as flame graphs into docs/performance/.
 * `node bench/profile/profile.ts [--out DIRECTORY] [--connections new] [--bytes 800] [events] [embedded|memory] [rows]`.
 *
 * The processor profile knows the wall clock only: on a busy machine a system call that wakes another process looks
 * dearer than it is, and `(program)`, which is libuv and the kernel outside of any call, has some waiting in it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../../scripts/bundle.ts';
import { sendAll } from '../load/closed-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, warmUpCount } from '../measure/costs.ts';
import { imageSettings, startGate } from '../peers/gates.ts';
import { pinThisProcess } from '../peers/pinning.ts';
import { createPrograms } from '../peers/programs.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import {
  type AllocatingCall,
  allocationTree,
  type Call,
  eachCall,
  type ProcessorProfile,
  processorTree,
} from './call-tree.ts';
import { drawFlames } from './draw-flames.ts';
import { chooseInspectorPort, type Inspector, inspect } from './inspector.ts';
import { createPlaces } from './places.ts';

const { values, positionals } = parseArgs({
  options: {
    out: { type: 'string', default: join(import.meta.dirname, '../../docs/performance') },
    connections: { type: 'string', default: 'kept' },
    bytes: { type: 'string', default: '800' },
  },
  allowPositionals: true,
});
const [events = '20000', store = 'embedded', rows = '25'] = positionals;
const count = Number(events);
const bytes = Number(values.bytes);
const connections = values.connections === 'new' ? 'new' : 'kept';
const directory = mkdtempSync(join(tmpdir(), 'hookgate-profile-'));
const programs = createPrograms(directory);

pinThisProcess('around');
try {
  // The bundle as it ships, but for a map that says which file of the source each of its places comes from.
  const outdir = join(directory, 'dist');
  await bundle('0.0.0-profile', outdir, 'inline');
  await profileGate(join(outdir, 'hookgate.js'));
} finally {
  await programs.endAll();
  rmSync(directory, { recursive: true });
}

async function profileGate(bin: string): Promise<void> {
  const { port: inspectorPort, flag } = await chooseInspectorPort();
  const { port } = await startGate(programs, urlOf(await startApplication(programs)), {
    program: [...imageSettings(), flag, bin, 'serve'],
    env: { HOOKGATE_DUPLICATES_STORE: store },
  });
  const inspector = await inspect(inspectorPort);
  const nextRound = eventsOf(bytes);
  const send = (size: number): Promise<number> =>
    sendAll(nextRound(size), { port, concurrency, connections, status: 200 });
  await send(Math.min(warmUpCount, 5 * count));
  const processor = await sampleProcessor(inspector, () => send(count));
  const allocations = await sampleAllocations(inspector, () => send(count));
  inspector.close();
  const placeOf = createPlaces();
  mkdirSync(values.out, { recursive: true });
  report('processor', `processor time, ${store} store`, 'µs', processorTree(processor, placeOf));
  report('allocations', `allocations, ${store} store`, 'bytes', allocationTree(allocations, placeOf));
}

async function sampleProcessor(
  inspector: Inspector,
  work: () => Promise<unknown>,
): Promise<ProcessorProfile> {
  await inspector.call('Profiler.enable');
  await inspector.call('Profiler.setSamplingInterval', { interval: 200 });
  await inspector.call('Profiler.start');
  await work();
  const { profile } = await inspector.call<{ profile: ProcessorProfile }>('Profiler.stop');
  return profile;
}

/** Also what the collector has taken since. */
async function sampleAllocations(
  inspector: Inspector,
  work: () => Promise<unknown>,
): Promise<AllocatingCall> {
  await inspector.call('HeapProfiler.startSampling', {
    samplingInterval: 16_384,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await work();
  const { profile } = await inspector.call<{ profile: { head: AllocatingCall } }>(
    'HeapProfiler.stopSampling',
  );
  return profile.head;
}

function report(picture: string, title: string, unit: string, root: Call): void {
  const byRoom = new Map<string, number>();
  const byFunction = new Map<string, number>();
  for (const { place, self } of eachCall(root)) {
    byRoom.set(place.room, (byRoom.get(place.room) ?? 0) + self);
    byFunction.set(place.name, (byFunction.get(place.name) ?? 0) + self);
  }
  const each = (weight: number): string => (weight / count).toFixed(unit === 'bytes' ? 0 : 1);
  console.log(`\n${title}: ${each(root.total)} ${unit} an event in the main thread`);
  for (const [heading, weightOf] of [
    ['room', byRoom],
    ['function', byFunction],
  ] as const) {
    console.log(`\n| ${heading} | share | ${unit} an event |\n|---|---|---|`);
    const dearest = [...weightOf].toSorted((left, right) => right[1] - left[1]).slice(0, Number(rows));
    for (const [name, weight] of dearest)
      console.log(`| ${name} | ${((100 * weight) / root.total).toFixed(1)} % | ${each(weight)} |`);
  }
  const file = join(values.out, `flame-${picture}.svg`);
  writeFileSync(
    file,
    drawFlames(title, (weight) => `${each(weight)} ${unit} an event`, root),
  );
  console.log(`\nflame graph: ${file}`);
}
