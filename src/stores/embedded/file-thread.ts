import { Worker } from 'node:worker_threads';

/** What the main thread gives the file's thread at its start. */
export interface WorkerOrders {
  readonly memory: SharedArrayBuffer;
  readonly file: string;
  readonly lockWaitMs: number;
  readonly afterFault: boolean;
  /** Records that were confirmed before a fault and have to be in the file. */
  readonly mustHold: Uint8Array;
  readonly sweepEveryMs: number;
  readonly smallestRound: number;
}

/** What the file's thread tells, seldom; events go by the exchange. */
export type FromWorker =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'opened'; readonly restored: number }
  | { readonly kind: 'filter'; readonly memory: SharedArrayBuffer; readonly generation: number }
  | { readonly kind: 'closed' }
  | FileFault;

export interface FileFault {
  readonly kind: 'fault';
  /** For people: what is wrong with the file and what helps. */
  readonly sentence: string;
  /** The file cannot be used as it is. */
  readonly refused: boolean;
  /** Records that the next thread has to find in the file; undefined when the thread could not say. */
  readonly unfiled: Uint8Array | undefined;
}

/** What the supervisor asks of a thread beyond its messages. */
export interface FileThread {
  /** Ends it in the middle of whatever it does. */
  terminate(): unknown;
}

/** Starts the file's thread. It ends by itself after `closed` or `fault`, and `onEnd` is always the last call. */
export function startFileThread(
  orders: WorkerOrders,
  onMessage: (message: FromWorker) => void,
  onEnd: (error: Error | undefined) => void,
): FileThread {
  const thread = new Worker(threadFile(), {
    workerData: orders,
    name: 'hookgate-store',
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  });
  let failure: Error | undefined;
  thread.on('message', onMessage);
  thread.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  thread.on('exit', () => onEnd(failure));
  return thread;
}

/** The sources run as they are in tests; the build puts the thread's bundle next to the main one. */
function threadFile(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('./worker.ts', import.meta.url)
    : new URL('./embedded-worker.js', import.meta.url);
}
