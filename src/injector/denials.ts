/** Every way in which a pod that asks for Hookgate cannot have it: the one table behind answers, metrics and docs/injector.md. */
const remedies = {
  label_value: 'Write hookgate.io/inject: "true", or remove the label.',
  annotation_invalid: 'Correct the annotation that the sentence names.',
  port_not_found: 'Give the port that the Service targets a name, and name it in hookgate.io/port.',
  port_unnamed:
    'Name the port in the pod and in the Service, or move the application with hookgate.io/move-port.',
  port_ambiguous: 'Leave the port to one container, under one name.',
  port_taken:
    'Let the other container use another port, or change sidecar.port and sidecar.adminPort of the chart.',
  host_network: 'Remove hostNetwork, or use the gateway shape.',
  host_port: 'Remove hostPort from the guarded port, or use the gateway shape.',
  not_linux: 'Use the gateway shape for pods that do not run on Linux.',
  protocol_unsupported: 'Guard a port that speaks plain HTTP/1.1, or use the gateway shape.',
  volume_taken: 'Rename the volume of the pod.',
  move_port_privileged: 'Use the gateway shape, or let the Service target a port above 1023.',
  move_port_env: 'Give the variable a literal value, or remove it and let Hookgate set it.',
  move_port_taken: 'Choose a free number in hookgate.io/move-port.',
  move_port_unverified: 'Give the container an httpGet or tcpSocket readiness probe on the guarded port.',
  move_port_unready_addresses: 'Remove publishNotReadyAddresses from the Service, or guard a named port.',
  resources_too_small:
    'Raise what the sentence names, or give the sidecar less with the annotations hookgate.io/cpu-request, cpu-limit, memory-request and memory-limit.',
  limit_range:
    'Give the sidecar what the LimitRange allows, with the annotations hookgate.io/cpu-request, cpu-limit, memory-request and memory-limit.',
  quota_exceeded:
    'Raise the quota, or give the sidecar less with the annotations hookgate.io/cpu-request, cpu-limit, memory-request and memory-limit.',
  config_missing:
    'Create the ConfigMap in the namespace of the pod: add the namespace to sidecar.namespaces of the chart.',
} as const;

export type DenialReason = keyof typeof remedies;

export const denialReasons = Object.keys(remedies) as readonly DenialReason[];

export interface Denial {
  readonly kind: 'denial';
  readonly reason: DenialReason;
  /** For the person who typed `kubectl apply`: what was found, and the remedy. */
  readonly sentence: string;
}

/** `found` is a phrase without a full stop, such as `the pod uses hostNetwork`. */
export function deny(reason: DenialReason, found: string): Denial {
  return {
    kind: 'denial',
    reason,
    sentence: `hookgate cannot guard this pod: ${found}. ${remedies[reason]}`,
  };
}

export function remedyOf(reason: DenialReason): string {
  return remedies[reason];
}
