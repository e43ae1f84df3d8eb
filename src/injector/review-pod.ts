import type { LimitRange, ResourceQuota } from '../kubernetes/namespace-limits.ts';
import { type Denial, deny } from './denials.ts';
import { findNamespaceLimit } from './find-namespace-limit.ts';
import { type ClusterFeatures, type Injection, type InjectorSettings, inject } from './inject-pod.ts';
import { patchBetween } from './patch.ts';
import type { Pod, Volume } from './pod.ts';
import { type Lead, leadsTo, type Service, selects, shortly } from './service-ports.ts';
import { bypassAnnotation } from './written-annotations.ts';

/** What only the cluster knows. Each may be unknown, and then keeps no pod out. */
export interface ClusterLookups {
  readonly features: () => ClusterFeatures;
  /** False only where the ConfigMap is known to be missing. */
  readonly configMapMayExist: (namespace: string, name: string) => Promise<boolean>;
  /** False only where the ServiceAccount is known to have no pull secrets. */
  readonly serviceAccountMayPull: (namespace: string, name: string) => Promise<boolean>;
  readonly limitRanges: (namespace: string) => Promise<readonly LimitRange[]>;
  readonly resourceQuotas: (namespace: string) => Promise<readonly ResourceQuota[]>;
  /** The Services of a namespace; none where they are not known. */
  readonly services: (namespace: string) => Promise<readonly Service[]>;
}

/** An injection, with the Services that lead past the gate of the pod. */
export type Reviewed =
  | Exclude<Injection, { kind: 'injected' }>
  | (Extract<Injection, { kind: 'injected' }> & { readonly past: readonly Lead[] });

/** Injects into a pod that is about to be created in `namespace`, or tells why not. */
export async function reviewPod(
  pod: Pod,
  namespace: string,
  settings: InjectorSettings,
  cluster: ClusterLookups,
): Promise<Reviewed> {
  const injection = inject(pod, settings, cluster.features());
  if (injection.kind !== 'injected') return injection;
  const [ranges, quotas, missing, services] = await Promise.all([
    cluster.limitRanges(namespace),
    cluster.resourceQuotas(namespace),
    findMissingConfig(injection.pod, namespace, cluster),
    cluster.services(namespace),
  ]);
  const unready = injection.optIn.move === undefined ? undefined : findUnreadyService(pod, services);
  const refusal = missing ?? unready ?? findNamespaceLimit(injection.pod, ranges, quotas);
  if (refusal !== undefined) return refusal;
  const past = leadsTo(services, injection.pod).filter(({ isPast }) => isPast);
  const told = withAnnotation(injection.pod, shortly(past));
  return { ...injection, pod: told, patch: patchBetween(pod, told), past };
}

/** Whatever the pod's author wrote there, or a copied template. */
function withAnnotation(pod: Pod, text: string): Pod {
  const annotations = (pod.metadata.annotations ?? {}) as Readonly<Record<string, string>>;
  if (text === '' && annotations[bypassAnnotation] === undefined) return pod;
  const { [bypassAnnotation]: _, ...others } = annotations;
  const all = text === '' ? others : { ...others, [bypassAnnotation]: text };
  return { ...pod, metadata: { ...pod.metadata, annotations: all } };
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
function findUnreadyService({ metadata }: Pod, services: readonly Service[]): Denial | undefined {
  const found = services.find(
    ({ spec }) => spec?.publishNotReadyAddresses === true && selects(spec.selector, metadata.labels),
  );
  if (found === undefined) return undefined;
  const name = found.metadata?.name ?? '';
  return deny('move_port_unready_addresses', `Service ${name} has publishNotReadyAddresses and selects it`);
}
