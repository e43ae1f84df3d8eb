import type { Container, PodSpec } from './pod.ts';

/** What a `terminationGracePeriodSeconds` that is left out means. */
const defaultGraceSeconds = 30;

/**
 * Lets the application outlive its removal from the Service: one that exits at once, while the nodes still send it
 * requests, fails them. A container with a preStop of its own keeps that.
 */
export function withStopDelay(container: Container, seconds: number): Container {
  if (seconds === 0 || container.lifecycle?.preStop !== undefined) return container;
  const preStop = { sleep: { seconds } };
  return { ...container, lifecycle: { ...container.lifecycle, preStop } };
}

/** Raises the grace period to the application's sleep and the sidecar's drain together; never lowers it. */
export function withGracePeriod(spec: PodSpec, leastSeconds: number): PodSpec {
  const { terminationGracePeriodSeconds = defaultGraceSeconds } = spec;
  return terminationGracePeriodSeconds >= leastSeconds
    ? spec
    : { ...spec, terminationGracePeriodSeconds: leastSeconds };
}
