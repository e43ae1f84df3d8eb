import { defineConfig } from 'vitest/config';

/** Bounds on waiting alone, for machines on which much else runs; no test is slow by them. */
const patience = { testTimeout: 60_000, expect: { poll: { timeout: 20_000 } }, hookTimeout: 60_000 };

/** What both kinds of tests share, and what only one of them has to wait for before its first test. */
const project = (name: string, include: string[], exclude: string[], globalSetup: string[]) => ({
  test: {
    name,
    include,
    exclude: ['test/cluster/**', 'test/faults/**', 'node_modules/**', ...exclude],
    globalSetup: ['test/setup/build-when-stale.ts', ...globalSetup],
    pool: 'forks' as const,
    ...patience,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('gate', ['test/**/*.test.ts'], ['test/chart/**'], []),
      project('chart', ['test/chart/**/*.test.ts'], [], ['test/setup/helm-before-tests.ts']),
    ],
    maxWorkers: 2,
    // A fault that nobody handles fails the run: the gate must never have one.
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
