/**
 * The endpoint controller's rule, as Kubernetes' `FindPort` has it: `containers` in order, then init containers that
 * restart always; the first container port with the Service's protocol and the name wins. A number stands for itself.
 */
interface PodLike {
  readonly spec: {
    readonly containers: readonly ContainerLike[];
    readonly initContainers?: readonly ContainerLike[] | undefined;
  };
}

interface ContainerLike {
  readonly name: string;
  readonly restartPolicy?: string | undefined;
  readonly ports?:
    | readonly { name?: string | undefined; containerPort: number; protocol?: string | undefined }[]
    | undefined;
}

/** Where a Service's TCP `targetPort` leads: the container that owns the port there, and its number. */
export function endpointOf(
  pod: PodLike,
  targetPort: string | number,
): { container: string; number: number } | undefined {
  const restartable = (pod.spec.initContainers ?? []).filter((one) => one.restartPolicy === 'Always');
  for (const container of [...pod.spec.containers, ...restartable]) {
    for (const port of container.ports ?? []) {
      const matches =
        typeof targetPort === 'string' ? port.name === targetPort : port.containerPort === targetPort;
      if (matches && (port.protocol ?? 'TCP') === 'TCP')
        return { container: container.name, number: port.containerPort };
    }
  }
  return undefined;
}

/** How the kubelet resolves the port of a probe: a name only within the same container. */
export function probedPort(container: ContainerLike, port: string | number): number | undefined {
  if (typeof port === 'number') return port;
  return container.ports?.find(({ name }) => name === port)?.containerPort;
}
