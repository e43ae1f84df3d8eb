import { defineConfig } from 'vitest/config';

/** A bound on waiting alone: the commands of a whole page take minutes, and longer beside others. */
const patience = { testTimeout: 600_000, hookTimeout: 300_000 };

/** Files of test/cluster that run one after the other, once all others have ended. */
const alone = [
  // Gives the whole cluster other kinds, and takes them away again.
  'kinds-of-other-operators-fit-their-definitions',
  // Certificates that live for nine seconds, within which the injector must have its turn.
  'sidecar-pods-start-while-the-injector-changes',
  // No call may fail, though no caller tries again: nodes must hear of a pod's end within the seconds that it waits.
  'sidecar-loses-nothing-when-something-restarts',
  'sidecar-stops-where-processes-are-shared',
  'three-gates-answer-every-request-while-they-are-upgraded',
].map((name) => `test/cluster/${name}.test.ts`);

/** The chart on a real cluster, the one that KUBECONFIG names. See test/cluster/support/image.ts for the image. */
export default defineConfig({
  test: {
    globalSetup: ['test/cluster/support/image.ts'],
    projects: [
      {
        test: {
          name: 'side by side',
          include: [
            'test/cluster/**/*.test.ts',
            'test/chart/every-pod-meets-the-restricted-standard.test.ts',
          ],
          exclude: alone,
          // Each file has namespaces of its own, and waits for the cluster most of its time.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
          ...patience,
        },
      },
      {
        test: {
          name: 'alone',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          ...patience,
        },
      },
    ],
  },
});
