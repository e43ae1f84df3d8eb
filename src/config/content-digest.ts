import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unreadable } from './read-file.ts';

/**
 * SHA-256 over the contents of files, and of directories one level deep without dot files. What is missing or
 * unreadable counts as its own content, so that deleting a file is a change too. Never throws.
 */
export function contentDigest(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) addPath(hash, path, true);
  return hash.digest('hex');
}

function addPath(hash: Hash, path: string, descend: boolean): void {
  hash.update(`\0${path}\0`);
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) {
      const names = readdirSync(path).filter((name) => !name.startsWith('.'));
      hash.update(`directory ${names.length}\0`);
      if (descend) for (const name of names.sort()) addPath(hash, join(path, name), false);
    } else if (stat.isFile()) {
      // The length comes first, so that no content can pass for the end of one file and the start of the next.
      const content = readFileSync(path);
      hash.update(`file ${content.length}\0`).update(content);
    } else {
      hash.update('other\0');
    }
  } catch (error) {
    hash.update(`${unreadable(error)}\0`);
  }
}
