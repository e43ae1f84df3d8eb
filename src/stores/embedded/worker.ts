/** The thread that does all file work of the embedded store: it opens, commits, files, sweeps and closes. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EventFile } from './event-file.ts';
import { openEventFile } from './event-file.ts';
import { answers, createWorkerEnd, type WorkerEnd } from './exchange.ts';
import { FileRefused, faultSentence } from './file-refusal.ts';
import type { FromWorker, WorkerOrders } from './file-thread.ts';
import { createKeyLedger, type KeyLedger } from './key-ledger.ts';

/** Without anything to do the thread wakes this often, to see whether it is time to sweep. */
const idleMs = 1000;

run(workerData as WorkerOrders);

function run(orders: WorkerOrders): void {
  const tell = (message: FromWorker): void => parentPort?.postMessage(message);
  let file: EventFile | undefined;
  let ledger: KeyLedger | undefined;
  try {
    file = openEventFile({ ...orders, onWait: () => tell({ kind: 'waiting' }) });
    const end = createWorkerEnd(orders.memory);
    ledger = createKeyLedger({
      ...orders,
      file,
      end,
      onFilter: (memory, generation) => tell({ kind: 'filter', memory, generation }),
    });
    const restored = ledger.restore(orders.mustHold);
    tell({ kind: 'opened', restored });
    serve(end, ledger);
    file.checkpoint();
    file.close();
    tell({ kind: 'closed' });
  } catch (error) {
    try {
      file?.close();
    } catch {
      // The first error is the one to tell; the next thread opens the file anew and finds out how it is.
    }
    tell({
      kind: 'fault',
      sentence: faultSentence(orders.file, error),
      refused: error instanceof FileRefused,
      unfiled: ledger?.unfiled() ?? orders.mustHold,
    });
  }
}

function serve(end: WorkerEnd, ledger: KeyLedger): void {
  let dueAt = 0;
  while (!end.closing) {
    if (end.waitForBatch(Math.max(0, Math.min(idleMs, dueAt - performance.now())))) {
      if (end.closing) return;
      answerBatch(end, ledger);
    }
    if (performance.now() < dueAt) continue;
    dueAt = performance.now() + (ledger.step() ?? idleMs);
  }
}

function answerBatch(end: WorkerEnd, ledger: KeyLedger): void {
  const records = end.records();
  if (records.length > 0) ledger.record(records);
  for (let index = 0; index < end.questionCount; index++) {
    end.answer(index, ledger.isDelivered(end.question(index)) ? answers.delivered : answers.absent);
  }
  end.done();
}
