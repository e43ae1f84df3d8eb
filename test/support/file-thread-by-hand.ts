import { onTestFinished, vi } from 'vitest';
import { type FileSupervisor, superviseFile } from '../../src/stores/embedded/file-supervisor.ts';
import type { FromWorker, startFileThread, WorkerOrders } from '../../src/stores/embedded/file-thread.ts';
import { createWorkerEnd, type WorkerEnd } from '../../src/stores/embedded/shared-memory.ts';
import { createSteppedClock } from './stepped-clock.ts';

/** One life of the file's thread, which does only what the test says. */
export interface ThreadByHand {
  readonly orders: WorkerOrders;
  readonly end: WorkerEnd;
  tell(message: FromWorker): void;
  /** Its last sign of life. */
  die(error?: Error): void;
  readonly terminated: boolean;
}

export interface SupervisedByHand {
  /** Resolves once the first thread has told that the file is open. */
  readonly supervisor: Promise<FileSupervisor>;
  /** Oldest first. */
  readonly threads: readonly ThreadByHand[];
  /** Level and sentence. */
  readonly logged: readonly string[];
  readonly faults: readonly string[];
  /** Lets timers see time pass. */
  pass(ms: number): Promise<unknown>;
}

/** The supervisor of the store's file, with threads and timers in the test's hand. */
export function superviseByHand(): SupervisedByHand {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const threads: ThreadByHand[] = [];
  const logged: string[] = [];
  const faults: string[] = [];
  const note = (level: string) => (sentence: string) => void logged.push(`${level}: ${sentence}`);
  const startThread: typeof startFileThread = (orders, onMessage, onEnd) => {
    let terminated = false;
    const die = (error?: Error): void => onEnd(error);
    const thread = {
      orders,
      end: createWorkerEnd(orders.memory),
      tell: onMessage,
      die,
      get terminated() {
        return terminated;
      },
    };
    threads.push(thread);
    return {
      terminate() {
        terminated = true;
        // A thread ends a while after it is told to.
        queueMicrotask(die);
      },
    };
  };
  const supervisor = superviseFile(
    {
      ...createSteppedClock(),
      file: '/var/lib/events.db',
      lockWaitMs: 200,
      log: {
        info: note('info'),
        warn: note('warn'),
        error(sentence) {
          note('error')(sentence);
          faults.push(sentence);
        },
      },
    },
    () => {},
    startThread,
  );
  return { supervisor, threads, logged, faults, pass: (ms) => vi.advanceTimersByTimeAsync(ms) };
}

/** The same, with the file open. */
export async function openByHand() {
  const { supervisor, ...rest } = superviseByHand();
  const [first] = rest.threads as [ThreadByHand];
  first.tell({ kind: 'opened', clock: undefined });
  return { ...rest, first, supervisor: await supervisor };
}

/** Resolves once the thread has a batch to work on. */
export async function batchFor({ end }: ThreadByHand): Promise<void> {
  while (!end.waitForBatch(0)) await new Promise((resolve) => setImmediate(resolve));
}
