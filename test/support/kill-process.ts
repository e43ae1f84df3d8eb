import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Sends the signal and resolves once the process is gone, with its exit status or the signal that ended it. */
export async function killProcess(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<readonly [status: number | null, signal: NodeJS.Signals | null]> {
  const gone = once(child, 'exit');
  child.kill(signal);
  return (await gone) as [number | null, NodeJS.Signals | null];
}
