import { renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Puts a whole file in the place of another in one step, so that no reader meets half of it. */
export function replaceFile(path: string, content: string | Buffer): void {
  // A dot file, which is no key.
  const draft = join(dirname(path), `.${basename(path)}.draft`);
  writeFileSync(draft, content);
  renameSync(draft, path);
}
