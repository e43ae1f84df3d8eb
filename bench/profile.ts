/**
 * Where the gate's processor time goes: events through one gate under V8's sampling profiler. Prints the time of the
 * main thread by room of the source, by library and by part of Node, and the dearest functions. The samples know the
 * wall clock only: on a busy machine a system call that wakes another process looks dearer than it is.
 * `node bench/profile.ts [events] [embedded|memory] [rows]`.
 */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../scripts/bundle.ts';
import { sendAll } from './load/closed-loop.ts';
import { eventsOf } from './load/signed-requests.ts';
import { concurrency } from './measure/costs.ts';
import { startGate } from './peers/gates.ts';
import { createPrograms } from './peers/programs.ts';
import { startApplication, urlOf } from './peers/start-application.ts';

/** What `node --cpu-prof` writes: a tree of calls, and which of its nodes each sample met. */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
}

const [events = '20000', store = 'embedded', rows = '40'] = process.argv.slice(2);
const warmUp = 5000;
const directory = mkdtempSync(join(tmpdir(), 'hookgate-profile-'));
const programs = createPrograms(directory);

try {
  // The bundle as it ships, but for a map that says which file of the source each of its places comes from.
  const outdir = join(directory, 'dist');
  await bundle('0.0.0-profile', outdir, 'inline');
  report(await profileGate(join(outdir, 'hookgate.js')));
} finally {
  await programs.endAll();
  rmSync(directory, { recursive: true });
}

async function profileGate(bin: string): Promise<CpuProfile> {
  const profiles = programs.folder();
  const profiler = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, '--cpu-prof-interval=200'];
  const { child, port } = await startGate(programs, urlOf(await startApplication(programs)), {
    program: [process.execPath, '--max-semi-space-size=4', ...profiler, bin, 'serve'],
    env: { HOOKGATE_DUPLICATES_STORE: store, HOOKGATE_DRAIN_DELAY: '0s', MALLOC_ARENA_MAX: '1' },
  });
  const nextRound = eventsOf(800);
  const send = (count: number): Promise<number> =>
    sendAll(nextRound(count), { port, concurrency, connections: 'kept', status: 200 });
  await send(warmUp);
  const warmMs = performance.now();
  await send(Number(events));
  child.kill('SIGTERM');
  await once(child, 'exit');
  const measuredUs = (performance.now() - warmMs) * 1000;
  // One profile a thread; the main thread was busy for most of the time.
  return readdirSync(profiles)
    .map((name) => JSON.parse(readFileSync(join(profiles, name), 'utf8')) as CpuProfile)
    .map((profile) => lastOf(profile, measuredUs))
    .reduce((most, next) => (busyUs(next) > busyUs(most) ? next : most));
}

/** The end of a profile: start and warm-up are left out. */
function lastOf(profile: CpuProfile, us: number): CpuProfile {
  let from = profile.samples.length;
  for (let leftUs = us; from > 0 && leftUs > 0; from--) leftUs -= profile.timeDeltas[from - 1] ?? 0;
  return { ...profile, samples: profile.samples.slice(from), timeDeltas: profile.timeDeltas.slice(from) };
}

function report(profile: CpuProfile): void {
  const placeOf = createPlaces();
  const rooms = new Map<string, number>();
  const functions = new Map<string, number>();
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  let totalUs = 0;
  for (const [index, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || isWaiting(frame.functionName)) continue;
    const us = profile.timeDeltas[index] ?? 0;
    totalUs += us;
    const { room, place } = placeOf(frame);
    rooms.set(room, (rooms.get(room) ?? 0) + us);
    const name = `${frame.functionName || '(anonymous)'} ${place}`;
    functions.set(name, (functions.get(name) ?? 0) + us);
  }
  const perEvent = (us: number): string => (us / Number(events)).toFixed(1);
  const print = (title: string, shares: Map<string, number>): void => {
    console.log(`\nshare | µs an event | ${title}`);
    for (const [name, us] of [...shares].toSorted((a, b) => b[1] - a[1]).slice(0, Number(rows)))
      console.log(`${((100 * us) / totalUs).toFixed(1)} % | ${perEvent(us)} | ${name}`);
  };
  console.log(`main thread, ${store} store: ${perEvent(totalUs)} µs an event, the profiler's own included`);
  print('room', rooms);
  print('function', functions);
}

function busyUs({ nodes, samples, timeDeltas }: CpuProfile): number {
  const waiting = new Set(
    nodes.filter(({ callFrame }) => isWaiting(callFrame.functionName)).map(({ id }) => id),
  );
  return samples.reduce((us, id, index) => us + (waiting.has(id) ? 0 : (timeDeltas[index] ?? 0)), 0);
}

function isWaiting(functionName: string): boolean {
  return functionName === '(idle)' || functionName === '(root)';
}

/** Says of a frame which file it is of, and to which room, library or part of Node that belongs. */
function createPlaces() {
  const maps = new Map<string, SourceMap>();
  const mapOf = (file: string): SourceMap => {
    let map = maps.get(file);
    if (map === undefined) {
      const [, map64 = ''] =
        /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(readFileSync(file, 'utf8')) ?? [];
      map = new SourceMap(JSON.parse(Buffer.from(map64, 'base64').toString()));
      maps.set(file, map);
    }
    return map;
  };
  return ({ functionName, url, lineNumber, columnNumber }: ProfileNode['callFrame']) => {
    if (url === '')
      return { room: functionName.startsWith('(') ? functionName : 'natives of Node and V8', place: '' };
    if (url.startsWith('wasm:')) return { room: 'WebAssembly: the parser of undici', place: '' };
    if (url.startsWith('node:')) {
      const part = url.replace(/^node:(?:internal\/)?/, '').split('/')[0];
      return { room: `node: ${part}`, place: `${url}:${lineNumber + 1}` };
    }
    const entry = mapOf(url.replace('file://', '')).findEntry(lineNumber, columnNumber);
    const source = 'originalSource' in entry ? entry.originalSource : url;
    const line = 'originalLine' in entry ? entry.originalLine + 1 : lineNumber + 1;
    const [, library] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
    if (library !== undefined)
      return {
        room: `library: ${library}`,
        place: `${source.slice(source.lastIndexOf('node_modules/') + 13)}:${line}`,
      };
    const [, path = source] = /(src\/.*)$/.exec(source) ?? [];
    return { room: path.split('/').slice(0, 2).join('/'), place: `${path}:${line}` };
  };
}
