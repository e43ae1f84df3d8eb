import {
  type ClusterFeatures,
  type Injection,
  type InjectorSettings,
  inject,
} from '../../src/injector/inject-pod.ts';
import type { Pod } from '../../src/injector/pod.ts';
import { readSidecarTemplate } from '../../src/injector/sidecar-template.ts';
import { applyJsonPatch } from './apply-json-patch.ts';

/** As the chart renders it, in short. */
export const sidecarTemplate = {
  container: {
    name: 'hookgate',
    image: 'registry.example/hookgate:1',
    imagePullPolicy: 'IfNotPresent',
    args: ['serve', '--config', '/etc/hookgate/config/hookgate.yaml'],
    ports: [
      { name: 'hookgate', containerPort: 28080, protocol: 'TCP' },
      { name: 'hookgate-admin', containerPort: 29090, protocol: 'TCP' },
    ],
    readinessProbe: { httpGet: { path: '/readyz', port: 'hookgate-admin' }, periodSeconds: 2 },
    resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { cpu: '1', memory: '256Mi' } },
    securityContext: { runAsUser: 65532, runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'hookgate-config', mountPath: '/etc/hookgate/config', readOnly: true },
      { name: 'hookgate-keys', mountPath: '/etc/hookgate/keys', readOnly: true },
    ],
  },
  volumes: [
    { name: 'hookgate-config', configMap: { name: 'hookgate-config', defaultMode: 292 } },
    { name: 'hookgate-keys', secret: { secretName: 'hookgate-keys', defaultMode: 292 } },
  ],
};

const template = readSidecarTemplate(sidecarTemplate);
if (typeof template === 'string') throw new Error(template);

export const injectorSettings: InjectorSettings = {
  template,
  defaultPort: 'http',
  stopDelaySeconds: 3,
  stopSeconds: 45,
};

/** Kubernetes 1.33 and newer, and what was before it. */
export const today: ClusterFeatures = { nativeSidecars: true, nativeSidecarsOfJobs: true, sleepAction: true };
export const kubernetes129: ClusterFeatures = {
  nativeSidecars: false,
  nativeSidecarsOfJobs: true,
  sleepAction: false,
};

/** A pod that asks for Hookgate; each part given replaces the one of an ordinary application. */
export function optedIn(
  parts: {
    readonly annotations?: Record<string, string>;
    readonly labels?: Record<string, string>;
    readonly container?: object;
    readonly spec?: object;
  } = {},
): Pod {
  return {
    metadata: {
      name: 'shop',
      labels: { 'hookgate.io/inject': 'true', ...parts.labels },
      ...(parts.annotations && { annotations: parts.annotations }),
    },
    spec: {
      containers: [
        { name: 'app', image: 'app:1', ports: [{ name: 'http', containerPort: 3000 }], ...parts.container },
      ],
      ...parts.spec,
    },
  } as Pod;
}

/** The pod after the patch, applied as the API server would; throws on a denial. */
export function injected(pod: Pod, features = today, settings = injectorSettings): Pod {
  const result = inject(pod, settings, features);
  if (result.kind !== 'injected') throw new Error(`not injected: ${JSON.stringify(result)}`);
  return applyJsonPatch(pod, result.patch) as Pod;
}

export function injection(pod: Pod, features = today): Injection {
  return inject(pod, injectorSettings, features);
}

/** Every container of the pod, the sidecar included. */
export function containerOf(pod: Pod, name: string) {
  const found = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no container ${name}`);
  return found;
}
