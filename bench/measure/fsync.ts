import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What a commit of the store writes, about: one page of its log. */
const writtenBytes = 4096;
const fileBytes = 4 * 1024 * 1024;

/** Milliseconds of each of `count` writes with fdatasync, over a file that has its blocks already, as the log has. */
export function fsyncTimesMs(folder: string, count: number): number[] {
  const file = openSync(join(folder, 'fsync'), 'w');
  writeSync(file, Buffer.alloc(fileBytes));
  fdatasyncSync(file);
  const page = Buffer.alloc(writtenBytes, 1);
  const timesMs = Array.from({ length: count }, (_, index) => {
    const startedMs = performance.now();
    writeSync(file, page, 0, writtenBytes, (index * writtenBytes) % fileBytes);
    fdatasyncSync(file);
    return performance.now() - startedMs;
  });
  closeSync(file);
  return timesMs;
}
