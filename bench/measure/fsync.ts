import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** What a commit of the store writes, about: one page of its log. */
const writtenBytes = 4096;
const fileBytes = 4 * 1024 * 1024;

/**
 * Milliseconds of each of `count` writes with fdatasync, over a file that has its blocks already, as the log has; one after
 * the other, or with a pause of `pauseMs` before each, in which the disk may fall asleep.
 */
export async function fsyncTimesMs(folder: string, count: number, pauseMs = 0): Promise<number[]> {
  const file = openSync(join(folder, 'fsync'), 'w');
  writeSync(file, Buffer.alloc(fileBytes));
  fdatasyncSync(file);
  const page = Buffer.alloc(writtenBytes, 1);
  const timesMs: number[] = [];
  for (let index = 0; index < count; index++) {
    if (pauseMs > 0) await setTimeout(pauseMs);
    const startedMs = performance.now();
    writeSync(file, page, 0, writtenBytes, (index * writtenBytes) % fileBytes);
    fdatasyncSync(file);
    timesMs.push(performance.now() - startedMs);
  }
  closeSync(file);
  return timesMs;
}
