/** The thread that does all file work of the embedded store: it opens, commits, sweeps and closes. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EventFile } from './event-file.ts';
import { openEventFile } from './event-file.ts';
import { faultSentence, isDamaged } from './file-refusal.ts';
import type { FromWorker, WorkerOrders } from './file-thread.ts';
import { createHousekeeping, type Housekeeping } from './housekeeping.ts';
import { lookForDamage } from './look-for-damage.ts';
import { answers, createWorkerEnd, type WorkerEnd } from './shared-memory.ts';

/** Without anything to do the thread wakes this often, to see whether it is time to sweep. */
const idleMs = 1000;

run(workerData as WorkerOrders);

function run(orders: WorkerOrders): void {
  const tell = (message: FromWorker): void => parentPort?.postMessage(message);
  let file: EventFile | undefined;
  try {
    file = openEventFile({
      ...orders,
      onWait: () => tell({ kind: 'waiting' }),
      onLost: (commits) => tell({ kind: 'lost', commits }),
    });
    const end = createWorkerEnd(orders.memory);
    const keeping = createHousekeeping({
      file,
      end,
      sweepEveryMs: orders.sweepEveryMs,
      onWalked: (damaged) => tell({ kind: 'walked', damaged }),
    });
    tell({ kind: 'opened', clock: file.readClock() });
    serve(end, keeping);
    keeping.end();
    file.checkpoint();
    file.close();
    tell({ kind: 'closed' });
  } catch (error) {
    try {
      file?.close();
    } catch {
      // The first error is the one to tell; the next thread opens the file anew and finds out how it is.
    }
    const fault = lookForDamage(orders.file, error);
    tell({
      kind: 'fault',
      sentence: faultSentence(orders.file, fault),
      damaged: isDamaged(fault),
    });
  }
}

function serve(end: WorkerEnd, keeping: Housekeeping): void {
  let dueAt = 0;
  while (!end.closing) {
    if (end.waitForBatch(Math.max(0, Math.min(idleMs, dueAt - performance.now())))) {
      if (end.closing) return;
      answerBatch(end, keeping);
    }
    if (performance.now() < dueAt) continue;
    dueAt = performance.now() + (keeping.step() ?? idleMs);
  }
}

function answerBatch(end: WorkerEnd, keeping: Housekeeping): void {
  const records = end.records();
  if (records.length > 0) keeping.record(records);
  for (let index = 0; index < end.questionCount; index++) {
    end.answer(index, keeping.isDelivered(end.question(index)) ? answers.delivered : answers.absent);
  }
  end.done();
}
