import { writeSync } from 'node:fs';
import type { Writable } from 'node:stream';

export interface LineWriter {
  /** Takes a line with its end; never waits. */
  write(line: string): void;
  /** Writes what is gathered at once, before the process ends. Waits for a reader, but not for long. */
  flush(): void;
}

export interface LineWriterOptions {
  /** Made by Node for the descriptor, which makes that of a pipe non-blocking. */
  readonly stream: Writable;
  readonly descriptor: number;
  /** Characters that may wait for a reader; further lines are dropped. */
  readonly maxWaiting: number;
  readonly onDropped: () => void;
}

/** Lines are gathered and written together, at the latest after this time: a write for each would cost more. */
const gatherMs = 200;
const gatherCharacters = 8 * 1024;
const flushPatienceMs = 500;
const flushPauseMs = 10;

/**
 * Writes lines to a descriptor that nobody may be reading. A log collector that stands still must neither hold up a
 * delivery nor make the process grow, nor keep it from ending: a blocked write in one of Node's threads would.
 */
export function createLineWriter(options: LineWriterOptions): LineWriter {
  const { stream, descriptor } = options;
  let waiting = '';
  let isWriting = false;
  // A closed pipe (EPIPE) must not end a gate that works.
  stream.on('error', () => undefined);
  const timer = setInterval(send, gatherMs);
  timer.unref();

  return {
    write(line) {
      if (waiting.length + line.length > options.maxWaiting) return options.onDropped();
      waiting += line;
      if (waiting.length >= gatherCharacters) send();
    },
    flush() {
      clearInterval(timer);
      // A write that has not ended may have left half a line.
      const rest = (isWriting && waiting !== '' ? '\n' : '') + waiting;
      waiting = '';
      writeNow(descriptor, Buffer.from(rest));
    },
  };

  /** One write at a time: what waits here can still be flushed, what the stream has taken cannot. */
  function send(): void {
    if (isWriting || waiting === '') return;
    const lines = waiting;
    waiting = '';
    isWriting = true;
    stream.write(lines, () => {
      isWriting = false;
      if (waiting.length >= gatherCharacters) send();
    });
  }
}

/** Gives up when the reader has taken nothing for a while, or has gone. */
function writeNow(descriptor: number, bytes: Buffer): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  let written = 0;
  let waitedMs = 0;
  while (written < bytes.length && waitedMs < flushPatienceMs) {
    try {
      written += writeSync(descriptor, bytes, written);
      waitedMs = 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(sleeper, 0, 0, flushPauseMs);
      waitedMs += flushPauseMs;
    }
  }
}
