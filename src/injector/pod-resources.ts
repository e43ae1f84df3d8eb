import { type Denial, deny } from './denials.ts';
import { runningTogether } from './guarded-port.ts';
import type { OptIn } from './opt-in.ts';
import { type Container, isNativeSidecar, type PodSpec, type Resources } from './pod.ts';
import { amount, exceeds, sameQuantity } from './quantity.ts';
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
    if (request !== undefined && exceeds(requested, request))
      return tooLittle(
        `request of ${resources.requests?.[name]} ${name}`,
        `request ${amountText(requested, name)} together`,
      );
    const limit = amount(resources.limits?.[name]);
    const own = amount(sidecar.resources?.limits?.[name]);
    if (limit === undefined) continue;
    if (exceeds(requested, limit))
      return tooLittle(
        `limit of ${resources.limits?.[name]} ${name}`,
        `request ${amountText(requested, name)} together`,
      );
    if (own !== undefined && exceeds(own, limit))
      return tooLittle(
        `limit of ${resources.limits?.[name]} ${name}`,
        `have a limit of ${sidecar.resources?.limits?.[name]} for the sidecar alone`,
      );
  }
  return undefined;
}

/**
 * Lets the request of the pod as a whole grow by the sidecar's where it is the sum of its containers'. The API server writes
 * that sum before it asks anybody, into every pod that has limits as a whole and no request: nobody wrote it, and without this
 * no such pod could have a sidecar. Whoever wrote the same sum by hand gets what it says: room for all containers.
 */
export function withRoomForSidecar(spec: PodSpec, before: PodSpec): PodSpec {
  const { requests, limits } = spec.resources ?? {};
  if (requests === undefined || Object.keys(limits ?? {}).length === 0) return spec;
  const grown = Object.entries(requests).map(([name, request]) => {
    const [sum, now] = [mostTogether(before, name), mostTogether(spec, name)];
    return [name, sum > 0 && now > sum && sameQuantity(request, sum) ? quantityOf(now, name) : request];
  });
  return { ...spec, resources: { ...spec.resources, requests: Object.fromEntries(grown) } };
}

/** What the containers request at most at a time: init containers run one after the other, before the ordinary ones. */
function mostTogether(spec: PodSpec, name: string): number {
  let running = 0;
  let most = 0;
  for (const container of spec.initContainers ?? []) {
    const request = of(container.resources, 'requests', name);
    if (isNativeSidecar(container)) running += request;
    most = Math.max(most, isNativeSidecar(container) ? running : running + request);
  }
  return Math.max(most, together(spec, 'requests', name));
}

/** Exactly that amount, as Kubernetes writes it. */
function quantityOf(value: number, name: string): string {
  return name === 'cpu' ? `${Math.ceil(value * 1000 - 1e-6)}m` : String(Math.ceil(value - 1e-6));
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
