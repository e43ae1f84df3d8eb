import { defineConfig } from 'vitest/config';

/** Faults of the shared store under load, with figures: `npm run test:faults`. One file after the other. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    globalSetup: ['test/faults/support/table.ts'],
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 60_000,
  },
});
