import { readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reads several files of one directory as they were at one moment. Kubernetes replaces a mounted Secret or
 * ConfigMap by swapping the symlink `..data`; a read that spans a swap would mix old and new, and is done again.
 */
export function readAtOneMoment<Read>(directory: string, read: () => Read, attempts = 5): Read {
  for (let attempt = 1; ; attempt++) {
    const before = generation(directory);
    const result = read();
    if (before === generation(directory) || attempt >= attempts) return result;
  }
}

function generation(directory: string): string {
  try {
    return readlinkSync(join(directory, '..data'));
  } catch {
    // No such symlink: an ordinary directory, of which nothing better is known.
    return '';
  }
}
