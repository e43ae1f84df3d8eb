import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { type Problem, problemAt } from './problem.ts';

export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Reads a UTF-8 file of at most `maxBytes`. Never throws; the problem's key is empty. */
export function readTextFile(file: string, maxBytes: number): FileText {
  const read = readBytes(file, maxBytes);
  if (read.kind === 'problem') return read;
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(read.bytes) };
  } catch {
    // The decoder says no more than that it failed.
    return problem(file, 'found bytes that are not UTF-8', 'expected text in UTF-8');
  }
}

/** Reads a file of at most `maxBytes`. Never throws; no problem repeats anything of the content. */
export function readBytes(
  file: string,
  maxBytes: number,
):
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'problem'; readonly problem: Problem } {
  let descriptor: number | undefined;
  try {
    // Non-blocking, so that a named pipe in a file's place cannot hang the process.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) return problem(file, 'found a directory', 'expected a file');
    if (!stat.isFile()) return problem(file, 'found something that is no regular file', 'expected a file');
    if (stat.size > maxBytes)
      return problem(file, `found ${stat.size} bytes`, `expected at most ${maxBytes}`);
    const bytes = readFileSync(descriptor);
    return bytes.length > maxBytes
      ? problem(file, `found ${bytes.length} bytes`, `expected at most ${maxBytes}`)
      : { kind: 'bytes', bytes };
  } catch (error) {
    return { kind: 'problem', problem: unreadableFile(file, error) };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** What the system said when it did not open or read a file, as a problem of that file. */
export function unreadableFile(file: string, error: unknown): Problem {
  return problemAt({ source: file }, '', unreadable(error), 'expected a readable file');
}

/** Why a file or directory cannot be read, as a phrase. */
export function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOENT') return 'found nothing there';
  if (code === 'ENOTDIR') return 'found a file in the place of a directory';
  if (code === 'ELOOP') return 'found symbolic links that lead in a circle';
  if (code === 'ERR_FS_FILE_TOO_LARGE') return 'found more bytes than can be read';
  if (code === 'EISDIR') return 'found a directory';
  if (code === 'EACCES' || code === 'EPERM') return 'found no permission to read it';
  return `cannot be read (${code})`;
}

function problem(source: string, found: string, expected: string): { kind: 'problem'; problem: Problem } {
  return { kind: 'problem', problem: problemAt({ source }, '', found, expected) };
}
