import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { superviseFile } from '../../src/stores/embedded/file-supervisor.ts';
import { startFileThread, type WorkerOrders } from '../../src/stores/embedded/file-thread.ts';

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
      const tripsOrders: TripsOrders = { ...orders, synchronises };
      return startFileThread(tripsOrders, onMessage, onEnd, new URL('trips-worker.ts', import.meta.url));
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
