import { statSync } from 'node:fs';
import { FileRefused } from './file-refusal.ts';

/**
 * Remembers which files lie in the places of the database and of its write-ahead log. Who removes or replaces one while
 * it is open leaves the process with a file that nobody finds again: records would be durable and lost all the same.
 */
export function rememberPlace(file: string): { check(): void } {
  const opened = [file, `${file}-wal`].map((path) => ({ path, identity: identityOf(path) }));
  return {
    check() {
      for (const { path, identity } of opened) {
        if (identityOf(path) === identity) continue;
        throw new FileRefused(
          `${path} was removed or replaced while the store had it open; put it back, or restart the gate.`,
        );
      }
    },
  };
}

/** Device and inode; undefined where there is none. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}
