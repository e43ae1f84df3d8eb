/** The process's log: pino JSON lines on standard output. No body, no key, no checksum, no customer data. */
import pino, { type Logger } from 'pino';
import { createIsoClock } from './iso-clock.ts';
import { createLineWriter } from './line-writer.ts';

export type Log = Logger;

/**
 * Writes a line whose `members` are JSON already, without braces, after its level and time. They are asked for only
 * where the level is logged.
 */
export type WriteLine = (level: 'info' | 'warn', members: () => string) => void;

export interface LogOutput {
  readonly log: Log;
  readonly writeLine: WriteLine;
  /** Writes what is gathered, before the process ends. */
  flush(): void;
}

/** About 10,000 lines; beyond it they are dropped until somebody reads again. */
const maxWaitingBytes = 4 * 1024 * 1024;

/** `onDropped` is told how many lines are lost, since nobody reads standard output or it cannot be written. */
export function createLog(level: string, onDropped: (lines: number) => void = () => undefined): LogOutput {
  // Asked for its stream, Node makes the descriptor of a pipe or a socket non-blocking.
  const { write, flush } = createLineWriter({ descriptor: process.stdout.fd, maxWaitingBytes, onDropped });
  return { ...createLogOn(level, write), flush };
}

/** The same with another place for its lines, each of which comes with its end. */
export function createLogOn(
  level: string,
  write: (line: string) => void,
): Pick<LogOutput, 'log' | 'writeLine'> {
  const isoTime = createIsoClock();
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${isoTime(Date.now())}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const log = pino(options, { write });
  return {
    log,
    writeLine(lineLevel, members) {
      if (!log.isLevelEnabled(lineLevel)) return;
      write(`{"level":"${lineLevel}","time":"${isoTime(Date.now())}",${members()}}\n`);
    },
  };
}
