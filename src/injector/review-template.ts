import { isMap } from '../values/is-map.ts';
import { withoutNulls } from '../values/without-nulls.ts';
import type { AdmissionRequest } from './admission.ts';
import type { InjectorSettings } from './inject-pod.ts';
import { injectLabel, injectorLabel } from './opt-in.ts';
import { readPod, textAt } from './pod.ts';
import type { ClusterLookups } from './review-pod.ts';
import { reviewPod } from './review-pod.ts';
import { leadSentence } from './service-ports.ts';

export interface TemplateSettings extends InjectorSettings {
  readonly remembersPerPod: boolean;
  /** Nodes need a Secret to fetch the image. */
  readonly needsPullSecret: boolean;
}

/**
 * What to tell the person who applies a workload: a denial of its pods would show only in a condition of its
 * ReplicaSet, and a label in the wrong place would not show at all.
 */
export async function reviewTemplate(
  request: AdmissionRequest,
  settings: TemplateSettings,
  cluster: ClusterLookups & { readonly rivals: () => readonly string[] },
): Promise<readonly string[]> {
  const workload = readWorkload(request);
  if (workload === undefined) return [];
  const { kind, name, own, template, replicas } = workload;
  const pod = readPod(template);
  if (pod === undefined) return [];
  const label = textAt(pod.metadata.labels, injectLabel);
  if (label === undefined) {
    const places = [own.labels, own.annotations, pod.metadata.annotations];
    if (places.every((place) => textAt(place, injectLabel) === undefined)) return [];
    const isLabel = textAt(own.labels, injectLabel) !== undefined;
    return [
      `the ${isLabel ? 'label' : 'annotation'} ${injectLabel} of ${kind} ${name} reaches no pod: it ` +
        `${isLabel ? 'belongs' : 'is a label, and belongs'} on the pod template (${pathTo(kind)}.metadata.labels)`,
    ];
  }
  const restartPolicy = pod.spec.restartPolicy ?? 'Always';
  const result = await reviewPod(
    { ...pod, spec: { ...pod.spec, restartPolicy } },
    request.namespace,
    settings,
    cluster,
  );
  if (result.kind === 'denial') return [`the pods of ${kind} ${name} will be refused: ${result.sentence}`];
  if (result.kind !== 'injected') return [];
  const warnings = [
    ...result.warnings.map((warning) => `${kind} ${name}: ${warning}`),
    ...result.past.map((lead) => leadSentence(lead, request.namespace)),
  ];
  const account = pod.spec.serviceAccountName ?? 'default';
  if (
    settings.needsPullSecret &&
    (result.pod.spec.imagePullSecrets ?? []).length === 0 &&
    !(await cluster.serviceAccountMayPull(request.namespace, account))
  )
    warnings.push(
      `${kind} ${name}: the image of the sidecar comes from a private registry, and neither the pods nor their ServiceAccount ${account} have a pull secret. Add one there, or name it in sidecar.imagePullSecrets of the chart`,
    );
  if (replicas > 1 && settings.remembersPerPod)
    warnings.push(
      `${kind} ${name} has ${replicas} pods, and each remembers only the events that it delivered itself: a repeat may reach the application through another one. Use duplicates.store: redis`,
    );
  const rivals = cluster.rivals();
  if (rivals.length > 0 && textAt(pod.metadata.labels, injectorLabel) === undefined)
    warnings.push(
      `${rivals.join(' and ')} also ${rivals.length === 1 ? 'puts' : 'put'} a sidecar into pods of this namespace or others, and the last one wins: name the one that ${kind} ${name} wants in the label ${injectorLabel} of its pod template`,
    );
  return warnings;
}

interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly own: { readonly labels?: unknown; readonly annotations?: unknown };
  /** With `metadata` and `spec`, as a pod has them. */
  readonly template: unknown;
  readonly replicas: number;
}

/** Undefined for what holds no pod template. */
function readWorkload({ kind, name, object }: AdmissionRequest): Workload | undefined {
  const { metadata, spec } = mapOf(object);
  const holder = kind === 'CronJob' ? mapOf(mapOf(mapOf(spec).jobTemplate).spec) : mapOf(spec);
  if (holder.template === undefined) return undefined;
  const { metadata: templateMetadata, spec: podSpec } = mapOf(holder.template);
  const { replicas } = mapOf(spec);
  return {
    kind,
    name,
    own: mapOf(metadata),
    // A custom resource (Rollout) may hold null where something is left out.
    template: withoutNulls({ metadata: templateMetadata ?? {}, spec: podSpec }),
    replicas: typeof replicas === 'number' ? replicas : 1,
  };
}

function pathTo(kind: string): string {
  return kind === 'CronJob' ? 'spec.jobTemplate.spec.template' : 'spec.template';
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return isMap(value) ? value : {};
}
