import type { ClusterFeatures } from './inject-pod.ts';

export type NativeSidecars = 'auto' | 'always' | 'never';

/** What a version such as `1.33` or `v1.36.3` allows; undefined where it cannot be read. */
export function featuresOf(version: string, native: NativeSidecars = 'auto'): ClusterFeatures | undefined {
  const match = /^v?1\.(\d{1,3})/.exec(version);
  if (match === null) return undefined;
  const minor = Number(match[1]);
  return {
    nativeSidecars: native === 'auto' ? minor >= 33 : native === 'always',
    nativeSidecarsOfJobs: native !== 'never' && minor >= 29,
    sleepAction: minor >= 30,
  };
}
