import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { whatWentWrong } from '../../values/what-went-wrong.ts';

/** Why the file cannot be used as it is; `sentence` is for the operator and has the remedy. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
}

/** SQLite's primary result codes, https://sqlite.org/rescode.html */
const codes = {
  perm: 3,
  busy: 5,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  toobig: 18,
  notadb: 26,
} as const;

/** The primary result code of an error from node:sqlite; undefined for any other error. */
function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 255 : undefined;
}

/** Whether another connection has the file's lock. */
export const isBusy = (error: unknown): boolean => sqliteCode(error) === codes.busy;

/** Whether the file itself is at fault: its pages, or what is in its place. */
export function isDamaged(error: unknown): boolean {
  const code = sqliteCode(error);
  // Nothing that the store writes is large: what says so is damaged.
  return code === codes.corrupt || code === codes.notadb || code === codes.toobig;
}

/** Refuses what SQLite would only name by a number: a missing or unusable folder, a folder in the file's place. */
export function checkPlace(file: string): void {
  const folder = dirname(file);
  try {
    if (!statSync(folder).isDirectory()) {
      throw new FileRefused(`${folder}, where the store's file ${file} belongs, is not a folder.`);
    }
  } catch (error) {
    if (error instanceof FileRefused) throw error;
    throw new FileRefused(
      `The folder ${folder} for the store's file ${file} does not exist or cannot be entered; create it, or mount the volume there.`,
      { cause: error },
    );
  }
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    throw new FileRefused(`${file} is a folder; duplicates.embedded.file must name a file.`);
  }
  if (found && !found.isFile()) {
    throw new FileRefused(`${file} is not a regular file; duplicates.embedded.file must name one.`);
  }
  refuseUnless(folder, constants.W_OK, `The folder ${folder} of the store's file cannot be written to`);
  if (found)
    refuseUnless(
      file,
      constants.R_OK | constants.W_OK,
      `The store's file ${file} cannot be read and written`,
    );
}

function refuseUnless(path: string, mode: number, what: string): void {
  try {
    accessSync(path, mode);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new FileRefused(
      code === 'EROFS'
        ? `${what}: it lies on a read-only file system; mount the volume writable.`
        : `${what} by user ${process.getuid?.()}; change its owner or mode (in Kubernetes: securityContext.fsGroup).`,
      { cause: error },
    );
  }
}

/** The sentence for an error met while opening or using the file. */
export function faultSentence(file: string, error: unknown): string {
  if (error instanceof FileRefused) return error.message;
  switch (sqliteCode(error)) {
    case codes.busy:
      return `Another process has the store's file ${file} open; one gate at a time may use it.`;
    case codes.notadb:
      return `${file} is not a database; name another file in duplicates.embedded.file, or move this one away (what it remembered is then forgotten).`;
    case codes.corrupt:
    case codes.toobig:
      return `The store's file ${file} is damaged; restore it, or move it and its -wal file away (what they remembered is then forgotten).`;
    case codes.readonly:
    case codes.perm:
      return `The store's file ${file} is read-only; make it and its folder writable for user ${process.getuid?.()}.`;
    case codes.full:
      return `The disk of the store's file ${file} is full; make room, the store comes back by itself.`;
    case codes.ioerr:
      return `The disk failed under the store's file ${file} (${whatWentWrong(error)}); the store tries again by itself.`;
    case codes.cantopen:
      return `The store's file ${file} cannot be opened or created; check the folder's owner and mode.`;
    default:
      return `The store's file ${file} cannot be used: ${whatWentWrong(error)}.`;
  }
}
