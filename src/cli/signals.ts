/** The process's signals and faults: one listener for each, from the first line of the program to its last. */

const handled = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
type Signal = (typeof handled)[number];

/** What is done at a signal, and at a fault that nobody caught before the process ends of it. */
export interface Acts extends Partial<Record<Signal, () => void>> {
  readonly fault?: (fault: unknown) => void;
}

export interface Signals {
  /**
   * What the signals do from now on; those that are not named go on as they were. A signal that came while it had no
   * act is not lost: its act is called at once.
   */
  become(acts: Acts): void;
}

/** Not all was done: a start failed, a drain was cut short, or a fault ended the process. */
export const brokenOffExitCode = 1;

/**
 * Listens from now on. The listeners never go, so that there is no moment without one: a signal ends the process then,
 * or is lost where it is the first of a container, since the kernel has no default action there.
 */
export function listenForSignals(acts: Acts): Signals {
  let current = acts;
  const missed = new Set<Signal>();
  for (const signal of handled) {
    process.on(signal, () => {
      const act = current[signal];
      if (act === undefined) missed.add(signal);
      else act();
    });
  }
  // Rejected promises that nobody awaits come here too. What state such a fault leaves is unknown, and an unknown state
  // must not answer 200 or patch a pod.
  process.on('uncaughtException', (fault) => {
    try {
      current.fault?.(fault);
    } finally {
      process.exit(brokenOffExitCode);
    }
  });
  return {
    become(next) {
      current = { ...current, ...next };
      for (const signal of missed) {
        const act = current[signal];
        if (act === undefined) continue;
        missed.delete(signal);
        act();
      }
    },
  };
}

/**
 * Before a command has anything to stop. `serve` and `inject` were told to end and do, which is no failure; any other
 * command has not done its work, and says so as a shell does of a process that a signal ended.
 */
export function actsBeforeAnythingRuns(command: string | undefined): Acts {
  const end = (code: number) => () => process.exit(code);
  const fault = (thrown: unknown): void => {
    process.stderr.write(`hookgate: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  };
  // By itself Node would open its inspector: whoever may signal the process could then run code in it.
  const common: Acts = { SIGUSR1: () => undefined, fault };
  if (command === 'serve' || command === 'inject') return { ...common, SIGTERM: end(0), SIGINT: end(0) };
  return {
    ...common,
    SIGHUP: end(129),
    SIGINT: end(130),
    SIGUSR2: end(140),
    SIGTERM: end(143),
  };
}
