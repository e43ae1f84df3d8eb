import { spawnSync } from 'node:child_process';
import { type RunnerTestCase, TestRunner } from 'vitest';

/**
 * Path of a program that a test needs as an independent peer. Undefined, with a line that names what is skipped,
 * where it is missing; under CI=true nothing may be skipped, so there it throws.
 */
export function requireProgram(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  const path = found.stdout.trim();
  if (found.status === 0 && path !== '') return path;
  const sentence = `${name} is not installed (test/setup/prerequisites.ts installs it from Debian when run as root)`;
  if (process.env.CI === 'true') throw new Error(sentence);
  console.warn(`skipped: ${sentence}`);
  return undefined;
}

/** The same for what a test cannot go on without: where it is missing, the test ends there, skipped by name. */
export function needProgram(name: string): string {
  const path = requireProgram(name);
  if (path !== undefined) return path;
  const current = TestRunner.getCurrentTest<RunnerTestCase | undefined>();
  if (current === undefined) throw new Error(`${name} is not installed, and was asked for outside a test`);
  return current.context.skip(`${name} is not installed`);
}
