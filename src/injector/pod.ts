/** The parts of a pod that injection reads or writes. All else in it is passed over, never dropped. */
import {
  Array as List,
  Optional,
  Object as Section,
  type Static,
  String as Text,
  Union,
  Unknown,
  Number as Whole,
} from 'typebox';
import { Check } from 'typebox/value';

const handler = Optional(
  Section({
    httpGet: Optional(Section({ port: Union([Text(), Whole()]), scheme: Optional(Text()) })),
    tcpSocket: Optional(Section({ port: Union([Text(), Whole()]) })),
    grpc: Optional(Section({ port: Whole() })),
    exec: Optional(Unknown()),
    sleep: Optional(Unknown()),
  }),
);

const container = Section({
  name: Text(),
  image: Optional(Text()),
  restartPolicy: Optional(Text()),
  ports: Optional(
    List(
      Section({
        name: Optional(Text()),
        containerPort: Whole(),
        protocol: Optional(Text()),
        hostPort: Optional(Whole()),
      }),
    ),
  ),
  env: Optional(List(Section({ name: Text(), value: Optional(Text()), valueFrom: Optional(Unknown()) }))),
  volumeMounts: Optional(List(Section({ name: Text(), mountPath: Text() }))),
  startupProbe: handler,
  readinessProbe: handler,
  livenessProbe: handler,
  lifecycle: Optional(Section({ postStart: handler, preStop: handler })),
});

const volume = Section({ name: Text() });

const podShape = Section({
  metadata: Section({
    name: Optional(Text()),
    generateName: Optional(Text()),
    namespace: Optional(Text()),
    labels: Optional(Unknown()),
    annotations: Optional(Unknown()),
  }),
  spec: Section({
    containers: List(container),
    initContainers: Optional(List(container)),
    volumes: Optional(List(volume)),
    hostNetwork: Optional(Unknown()),
    restartPolicy: Optional(Text()),
    terminationGracePeriodSeconds: Optional(Whole()),
    os: Optional(Section({ name: Text() })),
  }),
});

export type Pod = Static<typeof podShape>;
export type PodSpec = Pod['spec'];
export type Container = Static<typeof container>;
export type ContainerPort = NonNullable<Container['ports']>[number];
export type Volume = Static<typeof volume>;

/** A pod as an AdmissionReview or a template holds it; undefined for anything else. */
export function readPod(value: unknown): Pod | undefined {
  return Check(podShape, value) ? value : undefined;
}

/** A container as a sidecar template holds it; undefined for anything else. */
export function readContainer(value: unknown): Container | undefined {
  return Check(container, value) ? value : undefined;
}

/** The value of a label or annotation; undefined where there is none. */
export function textAt(map: unknown, key: string): string | undefined {
  if (typeof map !== 'object' || map === null || !Object.hasOwn(map, key)) return undefined;
  const value = (map as Record<string, unknown>)[key];
  return typeof value === 'string' ? value : undefined;
}

/** Init containers with `restartPolicy: Always` (native sidecars) run beside the others; the rest end before them. */
export function isNativeSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** TCP is the default. */
export function isTcp(port: ContainerPort): boolean {
  return port.protocol === undefined || port.protocol === 'TCP';
}
