import { type Denial, deny } from './denials.ts';
import type { OptIn } from './opt-in.ts';
import { type Container, type ContainerPort, type Pod, type PodSpec, textAt } from './pod.ts';
import { readRecord, recordedPort } from './renamed-record.ts';
import { sidecarName } from './sidecar-template.ts';
import { recordAnnotation } from './written-annotations.ts';

/** Where the sidecar was, so that adding it again moves nothing. */
export interface FormerPlace {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
  readonly container: Container;
}

/**
 * Takes out every container called hookgate and gives the application's port its own name and number back, so that
 * injection always starts from the pod as its author wrote it. Nothing found here counts as proof of anything: a pod
 * that only pretends to be injected loses the pretence, and then gets the sidecar or a denial as any other.
 */
export function removeSidecar(
  pod: Pod,
  { port: wanted }: OptIn,
): { readonly pod: Pod; readonly former: readonly FormerPlace[] } | Denial {
  const { spec } = pod;
  const former = (['containers', 'initContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap((container, index) =>
      container.name === sidecarName ? [{ list, index, container }] : [],
    ),
  );
  // A record without a sidecar was copied with the rest of another pod: it is written anew.
  if (former.length === 0) return { pod, former };
  const others = (list: readonly Container[]) => list.filter(({ name }) => name !== sidecarName);
  const bare: PodSpec = {
    ...spec,
    containers: others(spec.containers),
    ...(spec.initContainers && { initContainers: others(spec.initContainers) }),
  };
  const record = readRecord(pod);
  if (record === undefined) return { pod: { ...pod, spec: bare }, former };
  const isWanted = record !== 'unreadable' && (record.name === wanted || record.number === wanted);
  const port = isWanted ? recordedPort(bare, record) : undefined;
  if (!isWanted || port === undefined)
    return deny(
      'annotation_invalid',
      `its annotation ${recordAnnotation} is ${JSON.stringify(textAt(pod.metadata.annotations, recordAnnotation)?.slice(0, 60))}, and it has no such port. The injector writes it: leave it out`,
    );
  return { pod: { ...pod, spec: withPortBack(bare, port, record) }, former };
}

function withPortBack(
  spec: PodSpec,
  now: ContainerPort,
  { name, number }: { readonly name?: string | undefined; readonly number: number },
): PodSpec {
  const back = (container: Container): Container =>
    container.ports?.includes(now) === true
      ? {
          ...container,
          ports: container.ports.map((port) => {
            if (port !== now) return port;
            const { name: _, ...rest } = port;
            return { ...rest, ...(name !== undefined && { name }), containerPort: number };
          }),
        }
      : container;
  return {
    ...spec,
    containers: spec.containers.map(back),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(back) }),
  };
}
