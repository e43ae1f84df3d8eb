import { type Container, isContainer, isNamed, isTcp, type Named, type PodSpec, type Volume } from './pod.ts';

export const sidecarName = 'hookgate';
/** Names that the template's ports must have; the first is replaced by the name of the guarded port. */
export const trafficPortName = 'hookgate';
export const adminPortName = 'hookgate-admin';
/** An empty volume where the API server would otherwise mount the application's service-account token. */
const noTokenVolume = 'hookgate-no-token';
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The container and the volumes that every guarded pod gets, before what belongs to one pod. */
export interface SidecarTemplate {
  readonly container: Container;
  readonly volumes: readonly Volume[];
  /** Names of Secrets with which nodes may fetch the image; in the pod's namespace. */
  readonly imagePullSecrets: readonly Named[];
  readonly trafficPort: number;
  readonly adminPort: number;
}

/** Reads `{container, volumes}`; returns a phrase that tells what is wrong with it. */
export function readSidecarTemplate(value: unknown): SidecarTemplate | string {
  if (typeof value !== 'object' || value === null) return 'expected a map with container and volumes';
  const {
    container,
    volumes = [],
    imagePullSecrets = [],
  } = value as Readonly<Record<'container' | 'volumes' | 'imagePullSecrets', unknown>>;
  if (!isContainer(container)) return 'container is no Kubernetes container';
  if (container.name !== sidecarName) return `container.name must be ${sidecarName}`;
  if (container.image === undefined || container.image === '') return 'container.image is missing';
  if (!Array.isArray(volumes) || !volumes.every(isNamed)) return 'volumes is no list of named volumes';
  if (!Array.isArray(imagePullSecrets) || !imagePullSecrets.every(isNamed))
    return 'imagePullSecrets is no list of names';
  if (!volumes.every(({ name }) => name.startsWith('hookgate-')))
    return 'the name of each volume must begin with hookgate-';
  const number = (name: string) =>
    container.ports?.find((port) => port.name === name && isTcp(port))?.containerPort;
  const trafficPort = number(trafficPortName);
  const adminPort = number(adminPortName);
  if (trafficPort === undefined || adminPort === undefined)
    return `container.ports must name ${trafficPortName} and ${adminPortName}`;
  const mounts = (container.volumeMounts ?? []).filter(({ mountPath }) => mountPath !== tokenPath);
  return {
    container: {
      ...container,
      volumeMounts: [
        ...mounts,
        { name: noTokenVolume, mountPath: tokenPath, readOnly: true } as (typeof mounts)[number],
      ],
    },
    volumes: [
      ...volumes.filter(({ name }) => name !== noTokenVolume),
      { name: noTokenVolume, emptyDir: {} } as Volume,
    ],
    imagePullSecrets,
    trafficPort,
    adminPort,
  };
}

/** Whether a container called as the sidecar runs in it; nothing more is judged, and creation judged the rest. */
export function isInjected({ containers, initContainers = [] }: PodSpec): boolean {
  return [...containers, ...initContainers].some(({ name }) => name === sidecarName);
}
