import { type Denial, deny } from './denials.ts';
import { runningTogether } from './guarded-port.ts';
import type { OptIn } from './opt-in.ts';
import type { Container, PodSpec, Resources } from './pod.ts';
import { amount } from './quantity.ts';
import { sidecarName } from './sidecar-template.ts';

export type RequestsOrLimits = 'requests' | 'limits';

/**
 * Whether resources of the pod as a whole (Kubernetes 1.34) have no room for the sidecar: the API server would refuse
 * such a pod with a sentence about sums, and the kernel would end processes where only limits are too small.
 */
export function findTooLittle(spec: PodSpec): Denial | undefined {
  const { resources } = spec;
  const sidecar = sidecarOf(spec);
  if (resources === undefined || sidecar === undefined) return undefined;
  for (const name of ['cpu', 'memory'] as const) {
    const request = amount(resources.requests?.[name]);
    const requested = together(spec, 'requests', name);
    if (request !== undefined && request < requested)
      return tooLittle(
        `request of ${resources.requests?.[name]} ${name}`,
        `request ${amountText(requested, name)} together`,
      );
    const limit = amount(resources.limits?.[name]);
    const own = amount(sidecar.resources?.limits?.[name]);
    if (limit === undefined) continue;
    if (limit < requested)
      return tooLittle(
        `limit of ${resources.limits?.[name]} ${name}`,
        `request ${amountText(requested, name)} together`,
      );
    if (own !== undefined && limit < own)
      return tooLittle(
        `limit of ${resources.limits?.[name]} ${name}`,
        `have a limit of ${sidecar.resources?.limits?.[name]} for the sidecar alone`,
      );
  }
  return undefined;
}

/** Of the sidecar itself, where an annotation and the chart do not fit together. */
export function findInverted(spec: PodSpec, { resources: asked }: OptIn): Denial | undefined {
  const resources = sidecarOf(spec)?.resources;
  const name = Object.keys({ ...asked.requests, ...asked.limits }).find(
    (one) => (amount(resources?.limits?.[one]) ?? Infinity) < (amount(resources?.requests?.[one]) ?? 0),
  );
  return name === undefined
    ? undefined
    : deny(
        'annotation_invalid',
        `with its annotation hookgate.io/${name}-limit or ${name}-request the sidecar would have a limit of ` +
          `${resources?.limits?.[name]} ${name} and a request of ${resources?.requests?.[name]}, which is more`,
      );
}

/** What all containers that run side by side ask for, in cores or bytes. */
export function together(spec: PodSpec, part: RequestsOrLimits, name: string): number {
  return runningTogether(spec).reduce((sum, { container }) => sum + of(container.resources, part, name), 0);
}

export function sidecarOf(spec: PodSpec): Container | undefined {
  return runningTogether(spec).find(({ container }) => container.name === sidecarName)?.container;
}

/** A container without a request requests its limit. */
export function of(resources: Resources | undefined, part: RequestsOrLimits, name: string): number {
  const limit = amount(resources?.limits?.[name]);
  return (part === 'requests' ? (amount(resources?.requests?.[name]) ?? limit) : limit) ?? 0;
}

/** An amount for people. */
export function amountText(value: number, name: string): string {
  if (name.endsWith('cpu')) return `${Math.round(value * 1000)}m`;
  return `${Math.round((value / 2 ** 20) * 10) / 10}Mi`;
}

function tooLittle(has: string, needs: string): Denial {
  return deny(
    'resources_too_small',
    `the pod as a whole (spec.resources) has a ${has}, and its containers with the sidecar ${needs}`,
  );
}
