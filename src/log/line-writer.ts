import { writeSync } from 'node:fs';

export interface LineWriter {
  /** Takes a line with its end; never waits. */
  write(line: string): void;
  /** Writes what is gathered at once, before the process ends. Waits for a reader, but not for long. */
  flush(): void;
}

export interface LineWriterOptions {
  /** Non-blocking where nobody may be reading it. */
  readonly descriptor: number;
  /** Bytes that may wait for a reader; further lines are dropped. */
  readonly maxWaitingBytes: number;
  /** So many lines are lost. */
  readonly onDropped: (lines: number) => void;
  /** For tests: the system's, with its partial writes and errors. */
  readonly writeBytes?: (descriptor: number, bytes: Buffer, offset: number) => number;
}

/** Lines are gathered and written together, at the latest after this time: a write for each would cost more. */
const gatherMs = 200;
const gatherBytes = 32 * 1024;
/** Until a reader that is behind is asked again. */
const behindMs = 10;
const flushPatienceMs = 500;

const lineEnd = 10;

/**
 * Writes lines to a descriptor that nobody may be reading, and that may be a file on a full disk. A log collector that
 * stands still must neither hold up a delivery nor make the process grow, nor keep it from ending. The system is
 * called directly: Node's streams for files take a partial write for a whole one.
 */
export function createLineWriter(options: LineWriterOptions): LineWriter {
  const { descriptor, writeBytes = writeSync } = options;
  // As bytes from the start: V8 keeps a text that grows as the tree of its parts, some forty a line, and its collector
  // copies again and again those that wait.
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  /** What is being written: only the reader of a pipe makes it wait between two writes. */
  let bytes = Buffer.alloc(0);
  let written = 0;
  /** A write ended within a line and its rest was lost: the next one has to begin a line. */
  let isMidLine = false;
  let retry: NodeJS.Timeout | undefined;
  const timer = setInterval(send, gatherMs);
  timer.unref();

  return {
    write(line) {
      const next = Buffer.from(line);
      if (bytes.length - written + waitingBytes + next.length > options.maxWaitingBytes) {
        return options.onDropped(1);
      }
      waiting.push(next);
      waitingBytes += next.length;
      if (waitingBytes >= gatherBytes) send();
    },
    flush() {
      clearInterval(timer);
      clearTimeout(retry);
      const sleeper = new Int32Array(new SharedArrayBuffer(4));
      let left = flushPatienceMs;
      for (let before = written; !writeAll() && left > 0; before = written) {
        Atomics.wait(sleeper, 0, 0, behindMs);
        left = written === before ? left - behindMs : flushPatienceMs;
      }
      if (written < bytes.length || waitingBytes > 0) {
        take(Buffer.concat([bytes.subarray(written), ...waiting]));
        lose();
      }
    },
  };

  function send(): void {
    if (retry !== undefined || writeAll()) return;
    retry = setTimeout(() => {
      retry = undefined;
      send();
    }, behindMs);
    retry.unref();
  }

  /** False where the reader is behind, true once nothing waits, which may be since it was lost. */
  function writeAll(): boolean {
    for (;;) {
      if (written === bytes.length) {
        if (waitingBytes === 0) return true;
        take(Buffer.concat(isMidLine ? [Buffer.from([lineEnd]), ...waiting] : waiting));
      }
      try {
        const taken = writeBytes(descriptor, bytes, written);
        written += taken;
        if (taken > 0) isMidLine = bytes[written - 1] !== lineEnd;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
        lose();
      }
    }
  }

  function take(next: Buffer<ArrayBuffer>): void {
    bytes = next;
    written = 0;
    waiting = [];
    waitingBytes = 0;
  }

  /** Gives up what is being written. A line of which only the end was missing is not lost: the next write brings that. */
  function lose(): void {
    let lost = bytes[written] === lineEnd ? -1 : 0;
    for (let at = bytes.indexOf(lineEnd, written); at >= 0; at = bytes.indexOf(lineEnd, at + 1)) lost++;
    written = bytes.length;
    if (lost > 0) options.onDropped(lost);
  }
}
