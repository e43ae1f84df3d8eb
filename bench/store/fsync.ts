import { closeSync, fdatasync, openSync, unlinkSync, write } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a commit does to the disk and no more: a page appended and synchronised, one after the other, in ms each. */
export async function timeFsyncs(directory: string, count: number): Promise<number[]> {
  const file = join(directory, 'fsync');
  const page = Buffer.alloc(4096, 1);
  const handle = openSync(file, 'w');
  const [append, synchronise] = [promisify(write), promisify(fdatasync)];
  const timesMs: number[] = [];
  for (let at = 0; at < count; at++) {
    const startedMs = performance.now();
    await append(handle, page, 0, page.length, at * page.length);
    await synchronise(handle);
    timesMs.push(performance.now() - startedMs);
  }
  closeSync(handle);
  unlinkSync(file);
  return timesMs;
}
