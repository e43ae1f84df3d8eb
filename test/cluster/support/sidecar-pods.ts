/** Guarded pods of a namespace, and where Services lead. */
import { find, kubectl, until } from './cluster.ts';

interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly containerID?: string;
}

export interface PodObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: Record<string, unknown> & {
    readonly containers: readonly ContainerObject[];
    readonly initContainers?: readonly ContainerObject[];
  };
  readonly status: {
    readonly podIP: string;
    readonly phase: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime: string;
    }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerObject {
  readonly name: string;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export function podsOf(namespace: string, selector: string): readonly PodObject[] {
  const text = kubectl(['get', 'pods', '--namespace', namespace, '--selector', selector, '--output', 'json']);
  return (JSON.parse(text) as { items: PodObject[] }).items;
}

export function podOf(namespace: string, selector: string): PodObject {
  const [one] = podsOf(namespace, selector).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  if (one === undefined) throw new Error(`no pod with ${selector}`);
  return one;
}

export function statusOf({ status }: PodObject, container: string): ContainerStatus | undefined {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find(
    ({ name }) => name === container,
  );
}

/** The numbers to which the endpoints of a Service lead, each once. */
export function endpointPorts(namespace: string, service: string): readonly number[] {
  const selector = `kubernetes.io/service-name=${service}`;
  const text = find(namespace, ['endpointslices', '--selector', selector], '{.items[*].ports[*].port}');
  return [...new Set(text.split(' ').filter(Boolean).map(Number))];
}

/** Until all pods that the label selector names are ready; the first of them may still have to be made by its workload. */
export function waitForReady(namespace: string, what: string): void {
  // Where there is no pod, `kubectl wait` for its readiness ends at once, with an error.
  for (const condition of ['create', 'condition=Ready']) {
    const pods = ['pod', '--namespace', namespace, '--selector', what];
    kubectl(['wait', `--for=${condition}`, ...pods, '--timeout=120s']);
  }
}

export function waitForRollout(namespace: string, what: string): void {
  kubectl(['rollout', 'status', what, '--namespace', namespace, '--timeout=180s']);
}

export function isReady({ status }: PodObject): boolean {
  return status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
}

/** Waits until a container was restarted once more than in `before`, and its pod is ready. */
export async function untilRestarted(
  namespace: string,
  before: PodObject,
  container: string,
): Promise<number> {
  const former = statusOf(before, container)?.restartCount ?? 0;
  const { name } = before.metadata;
  return until(`${container} of ${name} was restarted`, 90, () => {
    const one = JSON.parse(
      kubectl(['get', 'pod', name, '--namespace', namespace, '--output', 'json']),
    ) as PodObject;
    return isReady(one) && (statusOf(one, container)?.restartCount ?? 0) > former;
  });
}
