import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryDirectory } from './temporary-directory.ts';

/** What a program asked of its disk, in order. */
export type DiskCall =
  | { readonly kind: 'write'; readonly file: string; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly length: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'unlink'; readonly file: string }
  /** A line that it printed. */
  | { readonly kind: 'said'; readonly line: string };

const calls = 'pwrite64,write,fsync,fdatasync,ftruncate,unlink';

/** Runs `node PROGRAM FILE` under strace, and gives its calls on files whose names begin with that of `file`. */
export function recordDiskCalls(strace: string, program: string, file: string): DiskCall[] {
  const trace = join(temporaryDirectory(), 'trace');
  const what = ['-f', '-y', '-xx', '-s', '100000', '-e', `trace=${calls}`, '-e', 'signal=none', '-o', trace];
  execFileSync(strace, [...what, process.execPath, program, file], { stdio: 'ignore', timeout: 120_000 });
  const name = basename(file);
  return readFileSync(trace, 'latin1')
    .split('\n')
    .flatMap((line) => callIn(line, name));
}

function callIn(line: string, name: string): DiskCall[] {
  const [, call, rest = ''] = /^\d+\s+(\w+)\((.*)$/.exec(line) ?? [];
  if (call === 'unlink') {
    const file = basename(bytesIn(rest).toString());
    return file.startsWith(name) ? [{ kind: 'unlink', file }] : [];
  }
  if (call === 'write' && /^1</.test(rest)) return [{ kind: 'said', line: bytesIn(rest).toString().trim() }];
  // With -xx the path of a descriptor is in hex too.
  const [, path = ''] = /^\d+<([^>]*)>/.exec(rest) ?? [];
  const file = basename(path.startsWith('\\x') ? bytesIn(`"${path}"`).toString() : path);
  if (!file.startsWith(name)) return [];
  if (call === 'fsync' || call === 'fdatasync') return [{ kind: 'sync', file }];
  if (call === 'ftruncate') {
    return [{ kind: 'truncate', file, length: Number(/, (\d+)\)/.exec(rest)?.[1]) }];
  }
  if (call !== 'pwrite64') return [];
  return [{ kind: 'write', file, at: Number(/, \d+, (\d+)\)/.exec(rest)?.[1]), bytes: bytesIn(rest) }];
}

/** Of a string that strace wrote with -xx. */
function bytesIn(text: string): Buffer {
  const [, hex = ''] = /"((?:\\x[0-9a-f]{2})*)"/.exec(text) ?? [];
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}
