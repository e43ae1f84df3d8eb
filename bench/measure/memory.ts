/** What the kernel says of a program's memory: its process and its children. Linux only, proc_pid_smaps_rollup(5). */
import { readFileSync } from 'node:fs';
import { processesOf } from './processor-time.ts';
import { median } from './rounds.ts';

/** In MB of a million bytes. */
export interface MemoryUse {
  /** All pages that are mapped and in memory; those that processes share count whole. */
  readonly residentMB: number;
  /** Pages that no other process has mapped: what goes when it ends. */
  readonly privateMB: number;
}

export function memoryOf(pid: number): MemoryUse {
  let [residentKiB, privateKiB] = [0, 0];
  for (const member of processesOf(pid)) {
    const rollup = readFileSync(`/proc/${member}/smaps_rollup`, 'utf8');
    const of = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(rollup)?.[1]);
    residentKiB += of('Rss');
    privateKiB += of('Private_Clean') + of('Private_Dirty');
  }
  return { residentMB: (residentKiB * 1024) / 1e6, privateMB: (privateKiB * 1024) / 1e6 };
}

/** Of each member by itself. */
export function medianUse(uses: readonly MemoryUse[]): MemoryUse {
  return {
    residentMB: median(uses.map(({ residentMB }) => residentMB)),
    privateMB: median(uses.map(({ privateMB }) => privateMB)),
  };
}
