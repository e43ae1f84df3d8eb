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
  /** Bytes that may wait for a reader; further lines are dropped. */
  readonly maxWaitingBytes: number;
  readonly onDropped: () => void;
}

/** Lines are gathered and written together, at the latest after this time: a write for each would cost more. */
const gatherMs = 200;
const gatherBytes = 32 * 1024;
const flushPatienceMs = 500;
const flushPauseMs = 10;

/**
 * Writes lines to a descriptor that nobody may be reading. A log collector that stands still must neither hold up a
 * delivery nor make the process grow, nor keep it from ending: a blocked write in one of Node's threads would.
 */
export function createLineWriter(options: LineWriterOptions): LineWriter {
  const { stream, descriptor } = options;
  // As bytes from the start: V8 keeps a text that grows as the tree of its parts, some forty a line, and its collector
  // copies again and again those that wait.
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let isWriting = false;
  // A closed pipe (EPIPE) must not end a gate that works.
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
  const timer = setInterval(send, gatherMs);
  timer.unref();

  return {
    write(line) {
      const bytes = Buffer.from(line);
      if (waitingBytes + bytes.length > options.maxWaitingBytes) return options.onDropped();
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= gatherBytes) send();
    },
    flush() {
      clearInterval(timer);
      // A write that has not ended may have left half a line.
      if (isWriting && waitingBytes > 0) waiting.unshift(Buffer.from('\n'));
      writeNow(descriptor, takeWaiting());
    },
  };

  function takeWaiting(): Buffer {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    return bytes;
  }

  /** One write at a time: what waits here can still be flushed, what the stream has taken cannot. */
  function send(): void {
    if (isWriting || waitingBytes === 0) return;
    isWriting = true;
    stream.write(takeWaiting(), () => {
      isWriting = false;
      if (waitingBytes >= gatherBytes) send();
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

/** One listener, however many gates write to the stream. */
function ignore(): void {}
