import { spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from './temporary-directory.ts';

/**
 * A file system of its own in memory, of so many KiB, unmounted when the test has finished. Undefined, with a line
 * that names what is skipped, where it may not be mounted; under CI=true nothing may be skipped, so there it throws.
 */
export function mountSmallDisk(kib: number): string | undefined {
  const directory = temporaryDirectory();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', directory], {
    encoding: 'utf8',
  });
  if (mounted.status === 0) {
    onTestFinished(() => void spawnSync('umount', ['-l', directory]));
    return directory;
  }
  const sentence = `a small disk cannot be mounted here (${mounted.stderr.trim()}); it takes root`;
  if (process.env.CI === 'true') throw new Error(sentence);
  console.warn(`skipped: ${sentence}`);
  return undefined;
}
