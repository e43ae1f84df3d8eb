import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * From now on, at SIGUSR2, writes the longest stall of this process's event loop since the last time, in milliseconds, to
 * the file: the longest time between two turns of a timer of one millisecond.
 */
export function writeStallsTo(file: string): void {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('SIGUSR2', () => {
    writeFileSync(file, String(delay.max / 1e6));
    delay.reset();
  });
}
