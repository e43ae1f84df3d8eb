import { ensureHelm, type HelmMajor } from './install-helm.ts';

const majors: readonly HelmMajor[] = [4, 3];

/**
 * Fetches both Helms before the first test: on a new machine that takes longer than a test may. Where one cannot be
 * had, its tests are skipped by name; under CI=true nothing may be.
 */
export default function setup(): void {
  for (const major of majors) {
    try {
      ensureHelm(major);
    } catch (error) {
      if (process.env.CI === 'true') throw error;
      console.warn(`skipped: the tests of the chart with Helm ${major}: ${String(error)}`);
    }
  }
}
