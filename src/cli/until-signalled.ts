/** What runs until somebody ends it. */
interface Running {
  /** Writes a fault that nobody caught to the log, at once: the process ends after it. */
  reportFatal(fault: unknown): void;
  stop(): Promise<void>;
}

const signals = ['SIGTERM', 'SIGINT'] as const;

/** Not all was done: the drain was cut short, or a fault ended the process. */
const brokenOffExitCode = 1;

/**
 * Waits for SIGTERM or SIGINT, stops in good order and ends the process with 0. A fault that nobody caught ends it
 * with 1: what state such a fault leaves is unknown, and an unknown state must not answer 200 or patch a pod. Rejected
 * promises that nobody awaits come here too.
 */
export async function runUntilSignalled(running: Running): Promise<never> {
  process.on('uncaughtException', (fault) => {
    running.reportFatal(fault);
    process.exit(brokenOffExitCode);
  });
  await signalled();
  // Somebody who asks twice does not want to wait for the drain.
  for (const signal of signals) process.once(signal, () => process.exit(brokenOffExitCode));
  await running.stop();
  process.exit(0);
}

/**
 * Ends the process with 0 at a signal that comes before there is anything to stop, until the result is called. As the first
 * process of a container it would not end by itself: the kernel has no default action for signals there.
 */
export function endWhenSignalledEarly(): () => void {
  const end = (): void => process.exit(0);
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.removeListener(signal, end);
  };
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of signals) process.removeListener(signal, stop);
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}
