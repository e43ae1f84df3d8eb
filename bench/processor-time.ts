import { readFileSync } from 'node:fs';

/** What the kernel charges a process for. */
export interface ProcessCost {
  /** User and system time, all threads, since the start. */
  readonly processorMs: number;
  readonly residentMiB: number;
}

const ticksPerSecond = 100;
const pageBytes = 4096;

/** Reads /proc/PID (proc(5)): Linux only. */
export function costOf(pid: number): ProcessCost {
  // The name, in parentheses, may hold spaces; the fields are counted from its end.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    processorMs: (ticks * 1000) / ticksPerSecond,
    residentMiB: (Number(fields[21]) * pageBytes) / 1024 ** 2,
  };
}
