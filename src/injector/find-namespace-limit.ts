import type { LimitRange, ResourceQuota } from '../kubernetes/namespace-limits.ts';
import { type Denial, deny } from './denials.ts';
import type { Container, Pod, PodSpec } from './pod.ts';
import { amountText, of, type RequestsOrLimits, sidecarOf, together } from './pod-resources.ts';
import { amount, exceeds } from './quantity.ts';

/**
 * What a namespace allows and the sidecar does not keep to. The API server would refuse the pod as well, with a sentence
 * from which nobody could tell that the sidecar is meant: a pod that would be refused without it is left to that.
 */
export function findNamespaceLimit(
  { spec }: Pod,
  ranges: readonly LimitRange[],
  quotas: readonly ResourceQuota[],
): Denial | undefined {
  const sidecar = sidecarOf(spec);
  if (sidecar === undefined) return undefined;
  return findRange(spec, sidecar, ranges) ?? findQuota(spec, sidecar, quotas);
}

function findRange(spec: PodSpec, sidecar: Container, ranges: readonly LimitRange[]): Denial | undefined {
  for (const { metadata, spec: range } of ranges) {
    for (const { type, max, min, maxLimitRequestRatio } of range?.limits ?? []) {
      for (const name of ['cpu', 'memory'] as const) {
        const [most, least, ratio] = [max, min, maxLimitRequestRatio].map((one) => amount(one?.[name]));
        const limit = of(sidecar.resources, 'limits', name);
        const request = of(sidecar.resources, 'requests', name);
        const refuse = (found: string) => deny('limit_range', `LimitRange ${metadata?.name} ${found}`);
        if (type === 'Container') {
          if (most !== undefined && exceeds(limit, most))
            return refuse(
              `allows a container ${max?.[name]} ${name}, and the sidecar has a limit of ${amountText(limit, name)}`,
            );
          if (least !== undefined && exceeds(least, request))
            return refuse(
              `wants a container to request ${min?.[name]} ${name}, and the sidecar requests ${amountText(request, name)}`,
            );
          if (ratio !== undefined && request > 0 && exceeds(limit / request, ratio))
            return refuse(
              `allows a limit of ${maxLimitRequestRatio?.[name]} times the request, and the sidecar has ${amountText(limit, name)} and ${amountText(request, name)} ${name}`,
            );
        }
        if (type === 'Pod' && !isOfThePod(spec, 'limits', name)) {
          const whole = together(spec, 'limits', name);
          if (most !== undefined && exceeds(whole, most) && !exceeds(whole - limit, most))
            return refuse(
              `allows a pod ${max?.[name]} ${name}, and this one with the sidecar's ${amountText(limit, name)} has a limit of ${amountText(whole, name)}`,
            );
        }
      }
    }
  }
  return undefined;
}

/** Whether the pod has it as a whole (Kubernetes 1.34): then that is what counts, and not the sum of its containers. */
function isOfThePod({ resources }: PodSpec, part: RequestsOrLimits, name: string): boolean {
  return resources?.[part]?.[name] !== undefined;
}

/** Names that a quota may give to the same sum. */
const counted: Readonly<Record<string, readonly [RequestsOrLimits, string]>> = {
  cpu: ['requests', 'cpu'],
  memory: ['requests', 'memory'],
  'requests.cpu': ['requests', 'cpu'],
  'requests.memory': ['requests', 'memory'],
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
};

function findQuota(spec: PodSpec, sidecar: Container, quotas: readonly ResourceQuota[]): Denial | undefined {
  for (const { metadata, spec: quota, status } of quotas) {
    // Which pods those count is told by more than the pod.
    if ((quota?.scopes ?? []).length > 0 || quota?.scopeSelector !== undefined) continue;
    for (const [key, [part, name]] of Object.entries(counted)) {
      const hard = amount(status?.hard?.[key]);
      if (hard === undefined || isOfThePod(spec, part, name)) continue;
      const left = hard - (amount(status?.used?.[key]) ?? 0);
      const whole = together(spec, part, name);
      const own = of(sidecar.resources, part, name);
      if (exceeds(whole, left) && !exceeds(whole - own, left))
        return deny(
          'quota_exceeded',
          `ResourceQuota ${metadata?.name} leaves ${amountText(left, name)} of ${key}, and this pod needs ${amountText(whole, name)}, of which the sidecar ${amountText(own, name)}`,
        );
    }
  }
  return undefined;
}
