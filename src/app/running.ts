import type { Log } from '../log/log.ts';

/** What runs until somebody ends it. */
export interface Running {
  /**
   * Says that it is about to end, waits until what is under way has ended, and closes what the start has opened; resolves
   * then. Whoever calls it again waits for the same end.
   */
  stop(): Promise<void>;
  /** Writes a fault that nobody caught to the log, at once: the process ends after it. */
  reportFatal(fault: unknown): void;
}

export interface RunningParts {
  /** Says that it is about to end; resolves once it may stop listening. */
  readonly drain: () => Promise<void>;
  /** What the start has opened. */
  readonly closers: AsyncDisposableStack;
  readonly log: Log;
  /** Writes what the log still holds. */
  readonly flush: () => void;
  /** What a fault that nobody caught means for those who call. */
  readonly fatalSentence: string;
}

/** How `serve` and `inject` end. */
export function createRunning({ drain, closers, log, flush, fatalSentence }: RunningParts): Running {
  let stopped: Promise<void> | undefined;
  return {
    stop: () => (stopped ??= stop()),
    reportFatal(fault) {
      log.fatal({ err: fault }, fatalSentence);
      flush();
    },
  };

  async function stop(): Promise<void> {
    await drain();
    await closers.disposeAsync();
    log.info('stopped');
    flush();
  }
}
