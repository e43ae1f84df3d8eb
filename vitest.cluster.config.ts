import { defineConfig } from 'vitest/config';

/** The chart on a real cluster, the one that KUBECONFIG names. See test/cluster/support/image.ts for the image. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts', 'test/chart/every-pod-meets-the-restricted-standard.test.ts'],
    globalSetup: ['test/cluster/support/image.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
