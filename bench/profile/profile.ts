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
import { pinThisProcess } from '../peers/pinning.ts';
import { createPrograms } from '../peers/programs.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { type Call, weightsBy } from './call-tree.ts';
import { drawFlames } from './draw-flames.ts';
import type { Place } from './places.ts';
import { profilableGate, profileEvents } from './profile-events.ts';

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
  const upstream = urlOf(await startApplication(programs));
  const load = { count, bytes, connections } as const;
  const profiled = await profileEvents(profilableGate(bin, store), programs, upstream, load);
  mkdirSync(values.out, { recursive: true });
  report('processor', `processor time, ${store} store`, 'µs', profiled.processor);
  report('allocations', `allocations, ${store} store`, 'bytes', profiled.allocations);
}

function report(picture: string, title: string, unit: string, root: Call): void {
  const each = (weight: number): string => (weight / count).toFixed(unit === 'bytes' ? 0 : 1);
  console.log(`\n${title}: ${each(root.total)} ${unit} an event in the main thread`);
  for (const [heading, of] of [
    ['room', ({ room }: Place) => room],
    ['function', ({ name }: Place) => name],
  ] as const) {
    console.log(`\n| ${heading} | share | ${unit} an event |\n|---|---|---|`);
    for (const [name, weight] of [...weightsBy(root, of)].slice(0, Number(rows)))
      console.log(`| ${name} | ${((100 * weight) / root.total).toFixed(1)} % | ${each(weight)} |`);
  }
  const file = join(values.out, `flame-${picture}.svg`);
  writeFileSync(
    file,
    drawFlames(title, (weight) => `${each(weight)} ${unit} an event`, root),
  );
  console.log(`\nflame graph: ${file}`);
}
