/** What the kernel's books say of a program: its process, all threads, and its children. Linux only, proc(5). */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessCost {
  /** On a processor, user and system, since the start of each thread that still lives. */
  readonly processorUs: number;
  /** Resident set, summed over the processes, in MB of a million bytes; pages that they share count for each. */
  readonly residentMB: number;
}

const pageBytes = 4096;

/** Of the process `pid` and the processes that it started. */
export function costOf(pid: number): ProcessCost {
  let [processorUs, residentMB] = [0, 0];
  for (const member of processesOf(pid)) {
    for (const thread of threadsOf(member)) {
      // sched-stats.rst: the first field is nanoseconds on a processor; /proc/PID/stat counts in ticks of 10 ms.
      const [onProcessorNs = '0'] = readFileSync(`${thread}/schedstat`, 'utf8').split(' ');
      processorUs += Number(onProcessorNs) / 1000;
    }
    const [, residentPages = '0'] = readFileSync(`/proc/${member}/statm`, 'utf8').split(' ');
    residentMB += (Number(residentPages) * pageBytes) / 1e6;
  }
  return { processorUs, residentMB };
}

/** The process, its children and theirs. */
export function processesOf(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    readFileSync(`${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processesOf)];
}

function threadsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
}
