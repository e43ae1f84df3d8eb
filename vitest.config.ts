import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**', 'test/faults/**', 'node_modules/**'],
    globalSetup: ['test/setup/helm-before-tests.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Bounds on waiting alone, for machines on which much else runs; no test is slow by them.
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 60_000,
    // A fault that nobody handles fails the run: the gate must never have one.
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
