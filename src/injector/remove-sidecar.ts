import { portsTogether } from './guarded-port.ts';
import type { OptIn } from './opt-in.ts';
import { type Container, type ContainerPort, isTcp, type Pod, type PodSpec } from './pod.ts';
import { renamedPort } from './renamed-port.ts';
import { adminPortName, sidecarName, trafficPortName } from './sidecar-template.ts';

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
  optIn: OptIn,
): { readonly pod: Pod; readonly former: readonly FormerPlace[] } {
  const { spec } = pod;
  const former = (['containers', 'initContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap((container, index) =>
      container.name === sidecarName ? [{ list, index, container }] : [],
    ),
  );
  if (former.length === 0) return { pod, former };
  const others = (list: readonly Container[]) => list.filter(({ name }) => name !== sidecarName);
  const bare: PodSpec = {
    ...spec,
    containers: others(spec.containers),
    ...(spec.initContainers && { initContainers: others(spec.initContainers) }),
  };
  const restored = former.reduce((at, { container }) => withPortBack(at, container, optIn.port), bare);
  return { pod: { ...pod, spec: restored }, former };
}

/** Undoes the renaming and the move that this sidecar tells of, where the guarded port is missing because of them. */
function withPortBack(spec: PodSpec, sidecar: Container, wanted: string | number): PodSpec {
  const variable = (name: string) => sidecar.env?.find((one) => one.name === name)?.value;
  const number = Number(/^http:\/\/127\.0\.0\.1:(\d+)$/.exec(variable('HOOKGATE_UPSTREAM_URL') ?? '')?.[1]);
  const hasMoved = variable('HOOKGATE_LISTEN_PORT') !== undefined;
  const taken = sidecar.ports?.find((port) => isTcp(port) && port.name !== adminPortName);
  if (taken === undefined || wanted !== (typeof wanted === 'string' ? taken.name : taken.containerPort))
    return spec;

  const ports = portsTogether(spec);
  const isOwned = ports.some(
    (port) => isTcp(port) && (port.name === taken.name || port.containerPort === wanted),
  );
  // A port that had no name gave the sidecar none.
  const name = typeof wanted === 'number' && taken.name === trafficPortName ? undefined : taken.name;
  const own = isOwned ? undefined : renamed(ports, name, number);
  const back = (container: Container): Container => ({
    ...container,
    ...(container.ports && {
      ports: container.ports.map((port) =>
        port !== own
          ? port
          : {
              ...port,
              ...(port.name !== undefined && { name: taken.name }),
              ...(hasMoved && { containerPort: taken.containerPort }),
            },
      ),
    }),
  });
  return {
    ...spec,
    containers: spec.containers.map(back),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(back) }),
  };
}

/** The application's port: the one that would get its present name, or that never had a name. */
function renamed(
  ports: readonly ContainerPort[],
  name: string | undefined,
  number: number,
): ContainerPort | undefined {
  return ports.find((port) => {
    if (!isTcp(port) || port.containerPort !== number) return false;
    if (name === undefined) return port.name === undefined;
    return (
      port.name ===
      renamedPort(
        name,
        ports.filter((other) => other !== port),
      )
    );
  });
}
