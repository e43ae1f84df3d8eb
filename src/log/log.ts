/** The process's log: pino JSON lines on standard output. No body, no key, no checksum, no customer data. */
import pino, { type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

export interface LogOutput {
  readonly log: Log;
  /** Writes what is buffered, before the process ends. */
  flush(): void;
}

/** Lines are gathered and written together, at the latest after this time: a write for each would cost more. */
const flushEveryMs = 200;
const bufferBytes = 8 * 1024;

/** `destination` replaces standard output, and is written to at once. */
export function createLog(level: string, destination?: DestinationStream): LogOutput {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (destination !== undefined) return { log: pino(options, destination), flush: () => undefined };

  const buffered = pino.destination({ dest: 1, sync: false, minLength: bufferBytes });
  const log = pino(options, buffered);
  const timer = setInterval(() => buffered.flush(), flushEveryMs);
  timer.unref();
  // A closed pipe (EPIPE) must not end a gate that works.
  buffered.on('error', () => undefined);
  return {
    log,
    flush() {
      clearInterval(timer);
      try {
        buffered.flushSync();
      } catch {
        // The destination is not open yet or gone; there is nowhere left to say so.
      }
    },
  };
}
