/** Wakes the thread that started it at the times of a schedule: a timer of the event loop has whole milliseconds only. */
import { parentPort, workerData } from 'node:worker_threads';
import { clockMs } from './schedule.ts';

const { dueAtMs, ticks } = workerData as { readonly dueAtMs: Float64Array; readonly ticks: number };
const asleep = new Int32Array(new SharedArrayBuffer(4));
for (let tick = 0; tick < ticks; tick++) {
  const waitMs = (dueAtMs[tick] ?? 0) - clockMs();
  if (waitMs > 0) Atomics.wait(asleep, 0, 0, waitMs);
  parentPort?.postMessage(tick);
}
