import { type Denial, deny } from './denials.ts';
import type { OptIn } from './opt-in.ts';
import { type Container, type ContainerPort, isNativeSidecar, isTcp, type PodSpec } from './pod.ts';

/** A container of the pod, and the list it is in. */
export interface ContainerPlace {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
  readonly container: Container;
}

/** The port that the Service targets, where the application owns it. */
export interface GuardedPort {
  readonly kind: 'guarded port';
  readonly place: ContainerPlace;
  readonly port: ContainerPort;
}

/** The containers that run side by side, in the order in which the endpoint controller looks for a named port. */
export function runningTogether(spec: PodSpec): readonly ContainerPlace[] {
  const place = (list: ContainerPlace['list']) => (container: Container, index: number) => ({
    list,
    index,
    container,
  });
  return [
    ...spec.containers.map(place('containers')),
    ...(spec.initContainers ?? [])
      .map(place('initContainers'))
      .filter(({ container }) => isNativeSidecar(container)),
  ];
}

/** The ports of all of them. */
export function portsTogether(spec: PodSpec): readonly ContainerPort[] {
  return runningTogether(spec).flatMap(({ container }) => container.ports ?? []);
}

/** Finds the guarded port in a pod without sidecar. */
export function findGuardedPort(spec: PodSpec, { port: wanted, move }: OptIn): GuardedPort | Denial {
  const all = runningTogether(spec).flatMap((place) =>
    (place.container.ports ?? []).map((port): GuardedPort => ({ kind: 'guarded port', place, port })),
  );
  const owners = all.filter(
    ({ port }) =>
      isTcp(port) && (typeof wanted === 'string' ? port.name === wanted : port.containerPort === wanted),
  );
  const [owner] = owners;
  // The endpoint controller takes the first owner of a name, so a second one makes the order of containers decide.
  const second =
    owners[1] ??
    all.find(
      ({ port }) =>
        port !== owner?.port && isTcp(port) && port.name !== undefined && port.name === owner?.port.name,
    );
  const said = typeof wanted === 'string' ? `called "${wanted}"` : `with the number ${wanted}`;
  if (owner === undefined)
    return deny('port_not_found', `none of its containers has a TCP port ${said} (${listed(all)})`);
  if (second !== undefined) {
    const names = `${owner.place.container.name} and ${second.place.container.name}`;
    return deny(
      'port_ambiguous',
      `its containers ${names} both have a port ${second.port.name === undefined ? said : `called "${second.port.name}"`}`,
    );
  }
  if (isOnTheNode(owner.port)) return deny('host_port', pastByHostPort(owner.port));
  if (move !== undefined && owner.port.containerPort < 1024)
    return deny(
      'move_port_privileged',
      `the sidecar cannot take port ${owner.port.containerPort}, since it runs without the right to ports below 1024`,
    );
  return owner;
}

/** Whether the node hands a port of its own on to it. */
export function isOnTheNode({ hostPort = 0 }: ContainerPort): boolean {
  return hostPort !== 0;
}

export function pastByHostPort({ hostPort }: ContainerPort): string {
  return `the guarded port has hostPort ${hostPort}, which leads past the sidecar`;
}

function listed(all: readonly GuardedPort[]): string {
  if (all.length === 0) return 'they declare no ports';
  const texts = all.map(({ port }) => {
    const name = port.name === undefined ? ' without a name' : ` "${port.name}"`;
    return `${port.containerPort}${name}${isTcp(port) ? '' : ` ${port.protocol}`}`;
  });
  return `they have ${texts.join(', ')}`;
}
