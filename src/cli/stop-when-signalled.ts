import type { Running } from '../app/running.ts';
import { brokenOffExitCode, type Signals } from './signals.ts';

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
