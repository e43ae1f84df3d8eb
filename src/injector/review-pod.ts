import { type Denial, deny } from './denials.ts';
import { type ClusterFeatures, type Injection, type InjectorSettings, inject } from './inject.ts';
import { findNamespaceLimit, type LimitRange, type ResourceQuota } from './namespace-limits.ts';
import type { Pod, Volume } from './pod.ts';

/** What only the cluster knows. Each may be unknown, and then keeps no pod out. */
export interface ClusterLookups {
  readonly features: () => ClusterFeatures;
  /** False only where the ConfigMap is known to be missing. */
  readonly configMapMayExist: (namespace: string, name: string) => Promise<boolean>;
  /** Name of a Service that selects these labels and publishes addresses that are not ready; undefined: none is known. */
  readonly serviceWithUnreadyAddresses: (
    namespace: string,
    labels: Readonly<Record<string, string>>,
  ) => Promise<string | undefined>;
  readonly limitRanges: (namespace: string) => Promise<readonly LimitRange[]>;
  readonly resourceQuotas: (namespace: string) => Promise<readonly ResourceQuota[]>;
}

/** Injects into a pod that is about to be created in `namespace`, or tells why not. */
export async function reviewPod(
  pod: Pod,
  namespace: string,
  settings: InjectorSettings,
  cluster: ClusterLookups,
): Promise<Injection> {
  const injection = inject(pod, settings, cluster.features());
  if (injection.kind !== 'injected') return injection;
  const [ranges, quotas, missing, unready] = await Promise.all([
    cluster.limitRanges(namespace),
    cluster.resourceQuotas(namespace),
    findMissingConfig(injection.pod, namespace, cluster),
    injection.optIn.move === undefined ? undefined : findUnreadyService(pod, namespace, cluster),
  ]);
  return missing ?? unready ?? findNamespaceLimit(injection.pod, ranges, quotas) ?? injection;
}

/** Such a pod would wait in ContainerCreating; the person who made it would have to look for the reason. */
async function findMissingConfig(
  pod: Pod,
  namespace: string,
  { configMapMayExist }: ClusterLookups,
): Promise<Denial | undefined> {
  const names = (pod.spec.volumes ?? []).flatMap((volume) => {
    const { configMap } = volume as Volume & { configMap?: { name?: unknown; optional?: unknown } };
    const isOwn = volume.name.startsWith('hookgate-') && configMap?.optional !== true;
    return isOwn && typeof configMap?.name === 'string' ? [configMap.name] : [];
  });
  const exist = await Promise.all(names.map((name) => configMapMayExist(namespace, name)));
  const missing = names.filter((_, index) => !exist[index]);
  return missing.length === 0
    ? undefined
    : deny('config_missing', `namespace ${namespace} has no ConfigMap called ${missing.join(' or ')}`);
}

/** Such a Service sends requests to the number before, and after, the sidecar has it. */
async function findUnreadyService(
  { metadata }: Pod,
  namespace: string,
  { serviceWithUnreadyAddresses }: ClusterLookups,
): Promise<Denial | undefined> {
  const labels = (metadata.labels ?? {}) as Record<string, string>;
  const name = await serviceWithUnreadyAddresses(namespace, labels);
  return name === undefined
    ? undefined
    : deny('move_port_unready_addresses', `Service ${name} has publishNotReadyAddresses and selects it`);
}
