import { Worker } from 'node:worker_threads';
import { builtFile } from '../../values/built-file.ts';
import type { FileClock } from './event-file.ts';

/** What the main thread gives the file's thread at its start. */
export interface WorkerOrders {
  readonly memory: SharedArrayBuffer;
  readonly file: string;
  readonly lockWaitMs: number;
  readonly afterFault: boolean;
  readonly sweepEveryMs: number;
}

/** What the file's thread tells, seldom; events go by the exchange. */
export type FromWorker =
  | { readonly kind: 'waiting' }
  /** With where the retention clock was when the file was written to last. */
  | { readonly kind: 'opened'; readonly clock: FileClock | undefined }
  /** The write-ahead log was damaged: so many transactions are forgotten. */
  | { readonly kind: 'lost'; readonly commits: number }
  /** All rows were looked at; so many are not as they were written. */
  | { readonly kind: 'walked'; readonly damaged: number }
  | { readonly kind: 'closed' }
  | FileFault;

export interface FileFault {
  readonly kind: 'fault';
  /** For people: what is wrong with the file and what helps. */
  readonly sentence: string;
  /** The file is damaged: no other thread will fare better with it. */
  readonly damaged: boolean;
}

/** What the supervisor asks of a thread beyond its messages. */
export interface FileThread {
  /** Ends it in the middle of whatever it does. */
  terminate(): unknown;
}

/** What the thread may take of memory. The benchmark gives a thread that does nothing the same. */
export const fileThreadLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

/**
 * Starts the file's thread. It ends by itself after `closed` or `fault`, and `onEnd` is always the last call. `program`
 * is what runs in it: the benchmark has one without a table.
 */
export function startFileThread(
  orders: WorkerOrders,
  onMessage: (message: FromWorker) => void,
  onEnd: (error: Error | undefined) => void,
  program = builtFile('embedded-worker.js'),
): FileThread {
  const thread = new Worker(program, {
    workerData: orders,
    name: 'hookgate-store',
    execArgv: [],
    env: {},
    resourceLimits: fileThreadLimits,
  });
  let failure: Error | undefined;
  thread.on('message', onMessage);
  thread.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  thread.on('exit', () => onEnd(failure));
  return thread;
}
