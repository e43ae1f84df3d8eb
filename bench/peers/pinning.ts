/** Where programs run, so that what is measured has one core for itself and what measures it takes none of it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** `measured`: the hop. `around`: the sender, the application and what a store runs on. */
export type Place = 'measured' | 'around';

const cores = coresToUse();

/** A sentence about what `pinned` does on this machine. */
export const pinning =
  cores === undefined
    ? 'not pinned (one core, or no taskset): rows of this run are worth less'
    : `hop on core ${cores.measured}, sender and application on core ${cores.around}`;

/** The command that starts this one on its core. */
export function pinned(place: Place, words: readonly string[]): readonly string[] {
  return cores === undefined ? words : ['taskset', '-c', cores[place], ...words];
}

/** Moves this process and all its threads. */
export function pinThisProcess(place: Place): void {
  if (cores !== undefined) spawnSync('taskset', ['-acp', cores[place], String(process.pid)]);
}

function coresToUse(): Readonly<Record<Place, string>> | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  const allowed = list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  const [around, measured] = allowed;
  if (around === undefined || measured === undefined) return undefined;
  if (spawnSync('taskset', ['-V']).status !== 0) return undefined;
  return { around: String(around), measured: String(measured) };
}
