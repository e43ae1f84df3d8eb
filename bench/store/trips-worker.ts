/** The embedded store's thread without its table: it answers each batch, and may synchronise a page for its records. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { answers, createWorkerEnd } from '../../src/stores/embedded/shared-memory.ts';
import type { TripsOrders } from './trips.ts';

const pageBytes = 4096;
/** Laid out before, as the store's log is. */
const pages = 1024;
const idleMs = 1000;

const { memory, file, synchronises } = workerData as TripsOrders;
const end = createWorkerEnd(memory);
const page = Buffer.alloc(pageBytes, 1);
const log = openSync(file, 'w');
writeSync(log, Buffer.alloc(pages * pageBytes));
fdatasyncSync(log);
parentPort?.postMessage({ kind: 'opened', clock: undefined });
let commits = 0;
while (!end.closing) {
  if (!end.waitForBatch(idleMs) || end.closing) continue;
  if (end.records().length > 0 && synchronises) {
    writeSync(log, page, 0, pageBytes, (commits++ % pages) * pageBytes);
    fdatasyncSync(log);
  }
  for (let index = 0; index < end.questionCount; index++) end.answer(index, answers.absent);
  end.done();
}
closeSync(log);
parentPort?.postMessage({ kind: 'closed' });
