import { isMap } from '../values/is-map.ts';

/** The parts of a pod that injection reads or writes. All else in it is passed over, never dropped. */
export interface Pod {
  readonly metadata: {
    readonly name?: string;
    readonly generateName?: string;
    readonly namespace?: string;
    readonly labels?: unknown;
    readonly annotations?: unknown;
  };
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly hostNetwork?: unknown;
  readonly restartPolicy?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly os?: { readonly name: string };
  readonly serviceAccountName?: string;
  readonly imagePullSecrets?: readonly Named[];
  /** Of the pod as a whole (Kubernetes 1.34). */
  readonly resources?: Resources;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms?: readonly NodeSelectorTerm[];
      };
    };
  };
}

/** As far as it is read. The API server checks the form of all of them before it asks. */
export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly restartPolicy?: string;
  readonly resources?: Resources;
  readonly ports?: readonly ContainerPort[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly startupProbe?: Handler;
  readonly readinessProbe?: Handler;
  readonly livenessProbe?: Handler;
  readonly lifecycle?: { readonly postStart?: Handler; readonly preStop?: Handler };
}

/** Quantities by name (`cpu`, `memory`, ...). */
export interface Resources {
  readonly requests?: Readonly<Record<string, unknown>>;
  readonly limits?: Readonly<Record<string, unknown>>;
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
  readonly hostPort?: number;
}

/** A probe or a lifecycle handler. */
export interface Handler {
  readonly httpGet?: PortAsked & { readonly scheme?: string };
  readonly tcpSocket?: PortAsked;
  readonly grpc?: { readonly port: number };
  readonly exec?: unknown;
  readonly sleep?: unknown;
}

export interface PortAsked {
  readonly port: string | number;
  /** The pod's own address when left out. */
  readonly host?: string;
}

export interface Named {
  readonly name: string;
}

export type Volume = Named;

/** A pod as an AdmissionReview or a template holds it; undefined for anything else. */
export function readPod(value: unknown): Pod | undefined {
  if (!isMap(value) || !isMap(value.metadata) || !isMap(value.spec)) return undefined;
  const { containers, initContainers, volumes, restartPolicy, terminationGracePeriodSeconds, os } =
    value.spec;
  const { imagePullSecrets, resources, serviceAccountName } = value.spec;
  const fits =
    isListOf(containers, isContainer) &&
    isAbsentOr(initContainers, (list) => isListOf(list, isContainer)) &&
    isAbsentOr(volumes, (list) => isListOf(list, isNamed)) &&
    isAbsentOr(restartPolicy, isText) &&
    isAbsentOr(terminationGracePeriodSeconds, isNumber) &&
    isAbsentOr(os, isNamed) &&
    isAbsentOr(serviceAccountName, isText) &&
    isAbsentOr(imagePullSecrets, (list) => isListOf(list, isNamed)) &&
    isAbsentOr(resources, isResources);
  return fits ? (value as unknown as Pod) : undefined;
}

/** Whether this is a container as a sidecar template holds it. */
export function isContainer(value: unknown): value is Container {
  if (!isNamed(value)) return false;
  const { image, restartPolicy, ports, env, volumeMounts, lifecycle } = value as Record<string, unknown>;
  const { imagePullPolicy, resources } = value as Record<string, unknown>;
  const { startupProbe, readinessProbe, livenessProbe } = value as Record<string, unknown>;
  return (
    isAbsentOr(image, isText) &&
    isAbsentOr(imagePullPolicy, isText) &&
    isAbsentOr(resources, isResources) &&
    isAbsentOr(restartPolicy, isText) &&
    isAbsentOr(ports, (list) => isListOf(list, isPort)) &&
    isAbsentOr(env, (list) => isListOf(list, isNamed)) &&
    isAbsentOr(volumeMounts, (list) => isListOf(list, isMount)) &&
    [startupProbe, readinessProbe, livenessProbe].every((probe) => isAbsentOr(probe, isHandler)) &&
    isAbsentOr(
      lifecycle,
      (one) => isMap(one) && isAbsentOr(one.postStart, isHandler) && isAbsentOr(one.preStop, isHandler),
    )
  );
}

/** Whether this has a name, as volumes, containers and variables have. */
export function isNamed(value: unknown): value is { readonly name: string } {
  return isMap(value) && isText(value.name);
}

/** The value of a label or annotation; undefined where there is none. */
export function textAt(map: unknown, key: string): string | undefined {
  const value = isMap(map) && Object.hasOwn(map, key) ? map[key] : undefined;
  return isText(value) ? value : undefined;
}

/** Init containers with `restartPolicy: Always` (native sidecars) run beside the others; the rest end before them. */
export function isNativeSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** TCP is the default. */
export function isTcp(port: ContainerPort): boolean {
  return port.protocol === undefined || port.protocol === 'TCP';
}

function isPort(value: unknown): boolean {
  return (
    isMap(value) &&
    isNumber(value.containerPort) &&
    isAbsentOr(value.name, isText) &&
    isAbsentOr(value.protocol, isText) &&
    isAbsentOr(value.hostPort, isNumber)
  );
}

function isResources(value: unknown): boolean {
  return isMap(value) && isAbsentOr(value.requests, isMap) && isAbsentOr(value.limits, isMap);
}

function isMount(value: unknown): boolean {
  return isMap(value) && isText(value.name) && isText(value.mountPath);
}

function isHandler(value: unknown): boolean {
  const hasPort = (one: unknown) => isMap(one) && (isText(one.port) || isNumber(one.port));
  return (
    isMap(value) &&
    [value.httpGet, value.tcpSocket, value.grpc].every((action) => isAbsentOr(action, hasPort))
  );
}

function isAbsentOr(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || is(value);
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
