/** The room `injector` puts Hookgate in front of one port of a pod, or tells why it cannot. No clock, no network. */
import { addSidecar } from './add-sidecar.ts';
import type { Denial } from './denials.ts';
import { findGuardedPort, type GuardedPort, portsTogether } from './guarded-port.ts';
import { withHandlersAt } from './handlers.ts';
import { moveApplication } from './move-port.ts';
import { findCollision, findObstacle } from './obstacles.ts';
import { type OptIn, readOptIn } from './opt-in.ts';
import { type Operation, patchBetween } from './patch.ts';
import type { Container, Pod, PodSpec } from './pod.ts';
import { findInverted, findTooLittle, withRoomForSidecar } from './pod-resources.ts';
import { withPullSecrets } from './pull-secrets.ts';
import { removeSidecar } from './remove-sidecar.ts';
import { renamedPort } from './renamed-port.ts';
import { writeRecord } from './renamed-record.ts';
import { sourcesOf } from './route-sources.ts';
import { sidecarFor, volumesFor } from './sidecar.ts';
import type { SidecarTemplate } from './sidecar-template.ts';
import { withGracePeriod, withStopDelay } from './stop.ts';
import { recordAnnotation } from './written-annotations.ts';

const throughLoopback =
  'hookgate.io/upstream is loopback: the application takes every caller of its Service for 127.0.0.1, so that what it ' +
  'gives to its own machine only (status pages, admin paths) is open to them. Let it listen on the address of the pod ' +
  'and leave the annotation out, or refuse such paths with sidecar.denyPaths';

export interface InjectorSettings {
  readonly template: SidecarTemplate;
  /** Name of the guarded port where the pod does not tell. */
  readonly defaultPort: string;
  /** How long an application without preStop of its own sleeps before it is told to stop. */
  readonly stopDelaySeconds: number;
  /** What the sidecar itself needs to stop. */
  readonly stopSeconds: number;
}

/** What the API server's version allows. */
export interface ClusterFeatures {
  /** Native sidecars whose named ports reach EndpointSlices: Kubernetes 1.33. */
  readonly nativeSidecars: boolean;
  /** Native sidecars at all, without which a Job never finishes: 1.29. */
  readonly nativeSidecarsOfJobs: boolean;
  /** The `sleep` action of preStop: 1.30. */
  readonly sleepAction: boolean;
}

export type Injection =
  | { readonly kind: 'not opted in' }
  | {
      readonly kind: 'injected';
      readonly pod: Pod;
      readonly patch: readonly Operation[];
      readonly optIn: OptIn;
      /** For the person who applies it: what is as it was asked for, and worth a thought. */
      readonly warnings: readonly string[];
    }
  | Denial;

/** Pod + settings → patch, denial, or nothing to do. A pod that went through here before gets an empty patch. */
export function inject(given: Pod, settings: InjectorSettings, features: ClusterFeatures): Injection {
  const optIn = readOptIn(given, settings.defaultPort, sourcesOf(settings.template));
  if (optIn === undefined) return { kind: 'not opted in' };
  if (optIn.kind === 'denial') return optIn;

  const removed = removeSidecar(given, optIn);
  if ('kind' in removed) return removed;
  const { pod, former } = removed;
  const obstacle = findObstacle(pod.spec);
  if (obstacle !== undefined) return obstacle;
  const guarded = findGuardedPort(pod.spec, optIn);
  if (guarded.kind === 'denial') return guarded;
  const collision = findCollision(pod.spec, guarded, optIn, settings.template);
  if (collision !== undefined) return collision;

  const application = optIn.move === undefined ? handOver(guarded) : moveApplication(guarded, optIn.move);
  if ('kind' in application) return application;
  const delaySeconds = features.sleepAction ? (optIn.stopDelaySeconds ?? settings.stopDelaySeconds) : 0;
  const applicationPort = optIn.move?.to ?? guarded.port.containerPort;
  const { name } = guarded.port;
  const nowName = name && renamedPort(name, portsTogether(pod.spec));
  const renamed = withApplication(withOthersAt(pod.spec, guarded, applicationPort), guarded, {
    ...withStopDelay(application, delaySeconds),
    ports: (application.ports ?? []).map((port) =>
      port === guarded.port
        ? {
            ...port,
            ...(nowName !== undefined && { name: nowName }),
            containerPort: applicationPort,
          }
        : port,
    ),
  });

  const endsByItself = (pod.spec.restartPolicy ?? 'Always') !== 'Always';
  const sidecar = sidecarFor(settings.template, optIn, {
    port: {
      name,
      number: optIn.move === undefined ? undefined : guarded.port.containerPort,
    },
    applicationPort,
    isNative: features.nativeSidecars || (endsByItself && features.nativeSidecarsOfJobs),
  });
  const guardedSpec = withRoomForSidecar(
    addSidecar(
      withPullSecrets(
        withGracePeriod(renamed, delaySeconds + settings.stopSeconds),
        settings.template.imagePullSecrets,
      ),
      sidecar,
      volumesFor(settings.template, optIn),
      former,
    ),
    pod.spec,
  );
  const tooLittle = findInverted(guardedSpec, optIn) ?? findTooLittle(guardedSpec);
  if (tooLittle !== undefined) return tooLittle;
  const record = writeRecord({
    container: guarded.place.container.name,
    name,
    number: guarded.port.containerPort,
    nowName,
    nowNumber: applicationPort,
  });
  const injected: Pod = {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { ...(pod.metadata.annotations as object | undefined), [recordAnnotation]: record },
    },
    spec: guardedSpec,
  };
  return {
    kind: 'injected',
    pod: injected,
    patch: patchBetween(given, injected),
    optIn,
    warnings: optIn.upstream === 'loopback' ? [throughLoopback] : [],
  };
}

/** The name goes to the sidecar; the application keeps the number, and its handlers ask for that. */
function handOver({ place, port }: GuardedPort): Container {
  return withHandlersAt(place.container, port, port.containerPort);
}

/** The other containers may ask the application's number, at which the sidecar answers once the application has moved. */
function withOthersAt(spec: PodSpec, { port: { containerPort } }: GuardedPort, number: number): PodSpec {
  if (number === containerPort) return spec;
  const at = (container: Container) => withHandlersAt(container, { containerPort }, number);
  return {
    ...spec,
    containers: spec.containers.map(at),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(at) }),
  };
}

function withApplication(spec: PodSpec, { place }: GuardedPort, application: Container): PodSpec {
  return { ...spec, [place.list]: (spec[place.list] ?? []).with(place.index, application) };
}
