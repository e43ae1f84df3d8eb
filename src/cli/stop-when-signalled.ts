import { brokenOffExitCode, type Signals } from './signals.ts';

/** What runs until somebody ends it. */
interface Running {
  /** Writes a fault that nobody caught to the log, at once: the process ends after it. */
  reportFatal(fault: unknown): void;
  stop(): Promise<void>;
}

/** At SIGTERM or SIGINT it stops in good order and the process ends with 0; at a second one it ends at once, with 1. */
export function stopWhenSignalled(signals: Signals, running: Running): void {
  const breakOff = (): void => process.exit(brokenOffExitCode);
  const stop = (): void => {
    // Somebody who asks twice does not want to wait for the drain.
    signals.become({ SIGTERM: breakOff, SIGINT: breakOff });
    running.stop().then(
      () => process.exit(0),
      (fault) => {
        running.reportFatal(fault);
        breakOff();
      },
    );
  };
  signals.become({ SIGTERM: stop, SIGINT: stop, fault: (fault) => running.reportFatal(fault) });
}
