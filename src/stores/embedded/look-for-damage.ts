import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { FileRefused, isDamaged } from './file-refusal.ts';

const pieceBytes = 1024 * 1024;

/**
 * SQLite calls a page damaged that the disk fails to read: an EIO comes out of a statement as SQLITE_CORRUPT. Such a file is
 * whole, and comes back with its disk. So both files are read once more, and where that goes well and SQLite finds nothing
 * wrong with any page, the disk was at fault as well. The file must be closed.
 *
 * Gives the fault: the error as it was, or a `FileRefused` where the disk is to blame.
 */
export function lookForDamage(file: string, error: unknown): unknown {
  if (!isDamaged(error)) return error;
  try {
    readThrough(file);
    if (existsSync(`${file}-wal`)) readThrough(`${file}-wal`);
  } catch (failure) {
    return diskFailed(file, whatWentWrong(failure), error);
  }
  return isWhole(file) ? diskFailed(file, 'a page could not be read for a moment', error) : error;
}

function diskFailed(file: string, how: string, cause: unknown): FileRefused {
  return new FileRefused(
    `The disk failed under the store's file ${file} (${how}); the store tries again by itself.`,
    { cause },
  );
}

function readThrough(path: string): void {
  const piece = Buffer.alloc(pieceBytes);
  const descriptor = openSync(path, 'r');
  try {
    while (readSync(descriptor, piece) > 0);
  } finally {
    closeSync(descriptor);
  }
}

function isWhole(file: string): boolean {
  try {
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE');
      return database.prepare('PRAGMA integrity_check(1)').get()?.integrity_check === 'ok';
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}
