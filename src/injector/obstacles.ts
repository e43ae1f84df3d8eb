import { type Denial, deny } from './denials.ts';
import { type GuardedPort, isOnTheNode, pastByHostPort, runningTogether } from './guarded-port.ts';
import { asks, handlersOf } from './handlers.ts';
import type { OptIn } from './opt-in.ts';
import { isTcp, type NodeSelectorTerm, type PodSpec } from './pod.ts';
import { adminPortName, type SidecarTemplate } from './sidecar-template.ts';

/** What in the pod as a whole keeps the sidecar out. */
export function findObstacle(spec: PodSpec): Denial | undefined {
  if (spec.hostNetwork === true)
    return deny('host_network', 'it uses hostNetwork, where its ports are those of the node');
  const elsewhere = findOtherSystem(spec);
  return elsewhere === undefined ? undefined : deny('not_linux', `${elsewhere}, and the image is for Linux`);
}

/**
 * What keeps the pod off Linux nodes: `spec.os`, or the label by which nodes tell their system, in the node selector
 * (where the API server has also put that of a RuntimeClass) or in every term of a required node affinity.
 */
function findOtherSystem({ os, nodeSelector, affinity }: PodSpec): string | undefined {
  if (os?.name === 'windows') return 'it runs on Windows';
  for (const label of systemLabels) {
    const wanted = nodeSelector?.[label];
    if (wanted !== undefined && wanted !== 'linux') return `its nodeSelector asks for ${label}: ${wanted}`;
  }
  const terms =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const excludesLinux = (term: NodeSelectorTerm): boolean =>
    (term.matchExpressions ?? []).some(
      ({ key, operator, values = [] }) =>
        systemLabels.includes(key) &&
        ((operator === 'In' && !values.includes('linux')) ||
          (operator === 'NotIn' && values.includes('linux'))),
    );
  return terms.length > 0 && terms.every(excludesLinux)
    ? 'its node affinity leaves no Linux node'
    : undefined;
}

/** The second is the older name, which the kubelet still sets. */
const systemLabels = ['kubernetes.io/os', 'beta.kubernetes.io/os'];

/** What stands in the sidecar's way beside the guarded port. */
export function findCollision(
  spec: PodSpec,
  guarded: GuardedPort,
  optIn: OptIn,
  template: SidecarTemplate,
): Denial | undefined {
  const places = runningTogether(spec);
  const { move } = optIn;
  const needed = move === undefined ? [template.trafficPort, template.adminPort] : [template.adminPort];
  for (const { container } of places) {
    for (const port of container.ports ?? []) {
      if (!isTcp(port)) continue;
      if (needed.includes(port.containerPort))
        return deny(
          'port_taken',
          `its container ${container.name} uses port ${port.containerPort}, which the sidecar needs`,
        );
      if (port === guarded.port) continue;
      // One network namespace: the port would be bound by whoever comes first.
      if (port.containerPort === guarded.port.containerPort && container !== guarded.place.container)
        return deny(
          'port_ambiguous',
          `its containers ${guarded.place.container.name} and ${container.name} both have the number ${port.containerPort}`,
        );
      if (port.containerPort === guarded.port.containerPort && isOnTheNode(port))
        return deny('host_port', pastByHostPort(port));
      // A Service that targets the other name is led to the application, past the sidecar and without a word.
      if (port.containerPort === guarded.port.containerPort && port.name !== undefined)
        return deny(
          'port_ambiguous',
          `its container ${container.name} gives the number ${port.containerPort} a second name, "${port.name}"${guarded.port.name === undefined ? '' : ` beside "${guarded.port.name}"`}`,
        );
      if (port.containerPort === move?.to)
        return deny('move_port_taken', `its container ${container.name} already uses port ${move.to}`);
      if (move !== undefined && port.containerPort === guarded.port.containerPort)
        return deny(
          'port_ambiguous',
          `its container ${container.name} has two ports with the number ${port.containerPort}`,
        );
    }
  }
  if (guarded.port.name === adminPortName)
    return deny(
      'port_ambiguous',
      `the guarded port is called ${adminPortName}, as the sidecar's own admin port`,
    );
  if (move !== undefined && (move.to === template.adminPort || move.to === guarded.port.containerPort))
    return deny('move_port_taken', `the sidecar itself needs port ${move.to}`);

  const volumes = new Set(template.volumes.map(({ name }) => name));
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    const mount = container.volumeMounts?.find(({ name }) => volumes.has(name));
    if (mount !== undefined)
      return deny(
        'volume_taken',
        `its container ${container.name} mounts a volume called ${mount.name}, a name that belongs to the sidecar`,
      );
  }
  return findOtherProtocol(guarded);
}

/** The sidecar speaks HTTP/1.1 without TLS to the application; a probe tells where the port speaks something else. */
function findOtherProtocol({ place, port }: GuardedPort): Denial | undefined {
  for (const { httpGet, grpc } of handlersOf(place.container)) {
    if (httpGet?.scheme === 'HTTPS' && asks(httpGet, port))
      return deny(
        'protocol_unsupported',
        `a probe asks the guarded port by HTTPS, so the application itself ends TLS there`,
      );
    if (grpc !== undefined && asks(grpc, port))
      return deny('protocol_unsupported', 'a gRPC probe asks the guarded port, so it speaks HTTP/2');
  }
  return undefined;
}
