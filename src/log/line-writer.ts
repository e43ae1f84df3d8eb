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
/** What is gathered and one long line behind it. */
const blockBytes = 2 * gatherBytes;
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
  // One block takes all lines, again and again. What waits in objects of its own grows old meanwhile: V8 promotes it, and
  // it takes memory until the next full collection.
  let block = Buffer.allocUnsafeSlow(blockBytes);
  let filled = 0;
  /** Full blocks before it, oldest first: only the reader of a pipe makes them wait. */
  let behind: Buffer[] = [];
  let behindBytes = 0;
  /** Of the oldest block. */
  let written = 0;
  /** A write ended within a line and its rest was lost: the next one has to begin a line. */
  let isMidLine = false;
  let retry: NodeJS.Timeout | undefined;
  const timer = setInterval(send, gatherMs);
  timer.unref();

  const waitingBytes = (): number => behindBytes + filled - written;

  return {
    write(line) {
      const text = isMidLine && waitingBytes() === 0 ? `\n${line}` : line;
      const length = Buffer.byteLength(text);
      if (waitingBytes() + length > options.maxWaitingBytes) return options.onDropped(1);
      if (filled + length > block.length) beginBlock(length);
      filled += block.write(text, filled);
      if (waitingBytes() >= gatherBytes) send();
    },
    flush() {
      clearInterval(timer);
      clearTimeout(retry);
      const sleeper = new Int32Array(new SharedArrayBuffer(4));
      let left = flushPatienceMs;
      for (let before = waitingBytes(); !writeAll() && left > 0; before = waitingBytes()) {
        Atomics.wait(sleeper, 0, 0, behindMs);
        left = waitingBytes() === before ? left - behindMs : flushPatienceMs;
      }
      if (waitingBytes() > 0) lose();
    },
  };

  function beginBlock(leastBytes: number): void {
    if (filled > 0) behind.push(block.subarray(0, filled));
    behindBytes += filled;
    block = Buffer.allocUnsafeSlow(Math.max(blockBytes, leastBytes));
    filled = 0;
  }

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
    while (waitingBytes() > 0) {
      const oldest = behind[0] ?? block.subarray(0, filled);
      try {
        const taken = writeBytes(descriptor, oldest, written);
        written += taken;
        if (taken > 0) isMidLine = oldest[written - 1] !== lineEnd;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
        lose();
      }
      if (behind.length > 0 && written === oldest.length) {
        behind.shift();
        behindBytes -= oldest.length;
        written = 0;
      }
    }
    startOver();
    return true;
  }

  /** Gives up all that waits. A line of which only the end was missing is not lost: the next write brings that. */
  function lose(): void {
    const [first, ...others] = [...behind, block.subarray(0, filled)];
    const unwritten = first === undefined ? [] : [first.subarray(written), ...others];
    let lost = unwritten[0]?.[0] === lineEnd ? -1 : 0;
    for (const bytes of unwritten)
      for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, at + 1)) lost++;
    startOver();
    if (lost > 0) options.onDropped(lost);
  }

  function startOver(): void {
    behind = [];
    behindBytes = 0;
    filled = 0;
    written = 0;
    if (block.length > blockBytes) block = Buffer.allocUnsafeSlow(blockBytes);
  }
}
