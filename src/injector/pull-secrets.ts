import type { Named, PodSpec } from './pod.ts';

/** Adds what the sidecar's image needs to be fetched; nodes try all of a pod's Secrets for each of its images. */
export function withPullSecrets(spec: PodSpec, wanted: readonly Named[]): PodSpec {
  const present = spec.imagePullSecrets ?? [];
  const missing = wanted.filter(({ name }) => !present.some((one) => one.name === name));
  return missing.length === 0 ? spec : { ...spec, imagePullSecrets: [...present, ...missing] };
}
