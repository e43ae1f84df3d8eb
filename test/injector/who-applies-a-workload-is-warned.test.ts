import { expect, test } from 'vitest';
import type { AdmissionRequest } from '../../src/injector/admission.ts';
import type { ClusterLookups } from '../../src/injector/review-pod.ts';
import { reviewTemplate } from '../../src/injector/review-template.ts';
import { injectorSettings, today } from '../support/injection.ts';

const cluster: ClusterLookups & { rivals: () => readonly string[] } = {
  features: () => today,
  configMapMayExist: async () => true,
  serviceAccountMayPull: async () => true,
  limitRanges: async () => [],
  resourceQuotas: async () => [],
  services: async () => [],
  rivals: () => [],
};
const label = { 'hookgate.io/inject': 'true' };
const container = { name: 'app', ports: [{ name: 'http', containerPort: 3000 }] };
const template = (labels: object | undefined, spec: object = {}) => ({
  metadata: labels === undefined ? {} : { labels },
  spec: { containers: [container], ...spec },
});

const warn = (kind: string, object: object, remembersPerPod = false): Promise<readonly string[]> => {
  const request: AdmissionRequest = {
    uid: 'u',
    kind,
    namespace: 'shop',
    name: 'shop',
    operation: 'CREATE',
    object,
  };
  return reviewTemplate(request, { ...injectorSettings, remembersPerPod, needsPullSecret: false }, cluster);
};

test.each(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'Rollout'])(
  '%s: what would be denied is said at once',
  async (kind) => {
    const object = { spec: { template: template(label, { hostNetwork: true }) } };
    expect(await warn(kind, object)).toEqual([
      expect.stringMatching(new RegExp(`^the pods of ${kind} shop will be refused: .*hostNetwork`)),
    ]);
    expect(await warn(kind, { spec: { template: template(label) } })).toEqual([]);
  },
);

test('null in a custom resource is what is left out', async () => {
  const app = {
    name: 'app',
    ports: [{ name: 'http', containerPort: 3000, protocol: null, hostPort: null }],
    readinessProbe: { httpGet: { port: 'http', host: null, scheme: null } },
    livenessProbe: null,
    lifecycle: { preStop: null },
  };
  const nothing = { initContainers: null, volumes: null, resources: null, hostNetwork: null, affinity: null };
  const object = { spec: { template: template(label, { containers: [app], ...nothing }) } };
  expect(await warn('Rollout', object)).toEqual([]);
});

test('CronJob: its template lies deeper', async () => {
  const cronJob = (inner: object) => ({ spec: { jobTemplate: { spec: { template: inner } } } });
  expect(await warn('CronJob', cronJob(template(label, { restartPolicy: 'Never' })))).toEqual([]);
  expect(await warn('CronJob', cronJob(template(label, { hostNetwork: true })))).toHaveLength(1);
});

test('a label on the workload itself reaches no pod', async () => {
  const object = { metadata: { labels: label }, spec: { template: template(undefined) } };
  expect(await warn('Deployment', object)).toEqual([
    expect.stringContaining('spec.template.metadata.labels'),
  ]);
});

test.each([
  ['on the workload', { metadata: { annotations: label }, spec: { template: template(undefined) } }],
  ['on the template', { spec: { template: { ...template(undefined), metadata: { annotations: label } } } }],
])('an annotation %s in place of the label reaches no pod', async (_where, object) => {
  expect(await warn('Deployment', object)).toEqual([
    expect.stringMatching(/^the annotation .* is a label, and belongs on .*spec\.template\.metadata\.labels/),
  ]);
});

test('several pods that each remember for themselves', async () => {
  const object = { spec: { replicas: 3, template: template(label) } };
  expect(await warn('Deployment', object, true)).toEqual([
    expect.stringContaining('duplicates.store: redis'),
  ]);
  expect(await warn('Deployment', object, false)).toEqual([]);
  expect(await warn('Deployment', { spec: { replicas: 1, template: template(label) } }, true)).toEqual([]);
});

test.each([
  ['no template', { spec: {} }],
  ['no spec', {}],
  ['nothing', null],
  ['no label at all', { spec: { template: template(undefined) } }],
  ['a template that is none', { spec: { template: 'x' } }],
])('%s is nothing to warn of', async (_what, object) => {
  expect(await warn('Deployment', object as object)).toEqual([]);
});
