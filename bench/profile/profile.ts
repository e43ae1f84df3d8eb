/**
 * Where the gate's processor time goes and what it allocates: events through one gate under V8's sampling profilers.
 * Prints the shares of the main thread by room of the source, by library and by part of Node, and the dearest
 * functions. `node bench/profile/profile.ts [events] [embedded|memory] [rows]`.
 *
 * The processor profile knows the wall clock only: on a busy machine a system call that wakes another process looks
 * dearer than it is, and `(program)`, which is libuv and the kernel outside of any call, has some waiting in it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../scripts/bundle.ts';
import { sendAll } from '../load/closed-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency } from '../measure/costs.ts';
import { settingsOf, startGate } from '../peers/gates.ts';
import { pinThisProcess } from '../peers/pinning.ts';
import { createPrograms } from '../peers/programs.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { type CallFrame, chooseInspectorPort, type Inspector, inspect } from './inspector.ts';
import { createPlaces } from './places.ts';

/** How much of what is measured belongs to the function of a frame itself. */
type Weights = readonly { readonly frame: CallFrame; readonly weight: number }[];

const [events = '20000', store = 'embedded', rows = '25'] = process.argv.slice(2);
const count = Number(events);
const warmUp = 5000;
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
    program: [...settingsOf(bin), flag, bin, 'serve'],
    env: { HOOKGATE_DUPLICATES_STORE: store },
  });
  const inspector = await inspect(inspectorPort);
  const nextRound = eventsOf(800);
  const send = (size: number): Promise<number> =>
    sendAll(nextRound(size), { port, concurrency, connections: 'kept', status: 200 });
  await send(warmUp);
  const processor = await sampleProcessor(inspector, () => send(count));
  const allocations = await sampleAllocations(inspector, () => send(count));
  inspector.close();
  report(`processor time, ${store} store`, 'µs', processor);
  report(`allocations, ${store} store`, 'bytes', allocations);
}

async function sampleProcessor(inspector: Inspector, work: () => Promise<unknown>): Promise<Weights> {
  await inspector.call('Profiler.enable');
  await inspector.call('Profiler.setSamplingInterval', { interval: 200 });
  await inspector.call('Profiler.start');
  await work();
  const { profile } = await inspector.call<{
    profile: {
      nodes: { id: number; callFrame: CallFrame }[];
      samples: number[];
      /** Microseconds since the sample before. */
      timeDeltas: number[];
    };
  }>('Profiler.stop');
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  return profile.samples.flatMap((id, index) => {
    const frame = frames.get(id);
    const isWaiting = frame?.functionName === '(idle)' || frame?.functionName === '(root)';
    return frame === undefined || isWaiting ? [] : [{ frame, weight: profile.timeDeltas[index] ?? 0 }];
  });
}

/** Also what the collector has taken since. */
async function sampleAllocations(inspector: Inspector, work: () => Promise<unknown>): Promise<Weights> {
  await inspector.call('HeapProfiler.startSampling', {
    samplingInterval: 16_384,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await work();
  interface Call {
    callFrame: CallFrame;
    selfSize: number;
    children: Call[];
  }
  const { profile } = await inspector.call<{ profile: { head: Call } }>('HeapProfiler.stopSampling');
  const weigh = ({ callFrame, selfSize, children }: Call): Weights => [
    { frame: callFrame, weight: selfSize },
    ...children.flatMap(weigh),
  ];
  return weigh(profile.head);
}

function report(title: string, unit: string, weights: Weights): void {
  const placeOf = createPlaces();
  const byRoom = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let total = 0;
  for (const { frame, weight } of weights) {
    const { room, name } = placeOf(frame);
    byRoom.set(room, (byRoom.get(room) ?? 0) + weight);
    byFunction.set(name, (byFunction.get(name) ?? 0) + weight);
    total += weight;
  }
  const each = (weight: number): string => (weight / count).toFixed(unit === 'bytes' ? 0 : 1);
  console.log(`\n${title}: ${each(total)} ${unit} an event in the main thread`);
  for (const [heading, weightOf] of [
    ['room', byRoom],
    ['function', byFunction],
  ] as const) {
    console.log(`\n| ${heading} | share | ${unit} an event |\n|---|---|---|`);
    const dearest = [...weightOf].toSorted((left, right) => right[1] - left[1]).slice(0, Number(rows));
    for (const [name, weight] of dearest)
      console.log(`| ${name} | ${((100 * weight) / total).toFixed(1)} % | ${each(weight)} |`);
  }
}
