/** The process's log: pino JSON lines on standard output. No body, no key, no checksum, no customer data. */
import pino, { type Logger } from 'pino';
import { createIsoClock } from './iso-clock.ts';
import { createLineWriter } from './line-writer.ts';

export type Log = Logger;

export interface LogOutput {
  readonly log: Log;
  /** Writes what is gathered, before the process ends. */
  flush(): void;
}

/** About 10,000 lines; beyond it they are dropped until somebody reads again. */
const maxWaitingBytes = 4 * 1024 * 1024;

/** `onDropped` is called for each line that is lost since nobody reads standard output. */
export function createLog(level: string, onDropped: () => void = () => undefined): LogOutput {
  const isoTime = createIsoClock();
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${isoTime(Date.now())}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const { write, flush } = createLineWriter({
    stream: process.stdout,
    descriptor: process.stdout.fd,
    maxWaitingBytes,
    onDropped,
  });
  return { log: pino(options, { write }), flush };
}
