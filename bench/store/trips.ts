import { Worker } from 'node:worker_threads';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { superviseFile } from '../../src/stores/embedded/file-supervisor.ts';
import type { WorkerOrders } from '../../src/stores/embedded/file-thread.ts';

export interface TripsOrders extends WorkerOrders {
  /** A page is written and synchronised for each batch with records. */
  readonly synchronises: boolean;
}

export type TripsStore = Pick<DuplicateStore, 'claim' | 'confirm' | 'close'>;

/** The ways of an event to the store's thread and back, one for the claim and one for the record, and no table behind them. */
export async function openTrips(file: string, synchronises: boolean): Promise<TripsStore> {
  const supervisor = await superviseFile(
    { file, now: () => performance.now(), wallClock: () => Date.now(), lockWaitMs: 0 },
    () => {},
    (orders, onMessage, onEnd) => {
      const thread = new Worker(new URL('trips-worker.ts', import.meta.url), {
        workerData: { ...orders, synchronises } satisfies TripsOrders,
        execArgv: [],
        env: {},
        resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
      });
      let failure: Error | undefined;
      thread.on('message', onMessage);
      thread.on('error', (error) => {
        failure = error as Error;
      });
      thread.on('exit', () => onEnd(failure));
      return thread;
    },
  );
  return {
    async claim(key) {
      return (await supervisor.ask(key)) ? { kind: 'delivered' } : { kind: 'claimed', token: key };
    },
    async confirm(key, _token, retentionMs) {
      await supervisor.record(key, retentionMs);
      return true;
    },
    close: () => supervisor.close(),
  };
}
