import { describe, expect, test } from 'vitest';
import { type ClusterLookups, reviewPod } from '../../src/injector/review-pod.ts';
import { reviewTemplate } from '../../src/injector/review-template.ts';
import { containerOf, injected, injection, injectorSettings, optedIn, today } from '../support/injection.ts';

const cluster: ClusterLookups & { rivals: () => readonly string[] } = {
  features: () => today,
  configMapMayExist: async () => true,
  services: async () => [],
  rivals: () => [],
  serviceAccountMayPull: async () => true,
  limitRanges: async () => [],
  resourceQuotas: async () => [],
};
const bounded = {
  resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: 1, memory: '64Mi' } },
};
const sentenceOf = async (more: Partial<ClusterLookups>, annotations?: Record<string, string>) => {
  const pod = optedIn({ container: bounded, ...(annotations && { annotations }) });
  const result = await reviewPod(pod, 'shop', injectorSettings, { ...cluster, ...more });
  return result.kind === 'denial' ? `${result.reason}: ${result.sentence}` : result.kind;
};
const range = (limit: object) => ({
  limitRanges: async () => [
    { metadata: { name: 'small' }, spec: { limits: [{ type: 'Container', ...limit }] } },
  ],
});
const quota = (hard: object, used: object, spec = {}) => ({
  resourceQuotas: async () => [
    { metadata: { name: 'team' }, spec, status: { hard: { ...hard }, used: { ...used } } },
  ],
});

test.each([
  [
    range({ max: { memory: '128Mi' } }),
    /^limit_range: .*small allows a container 128Mi memory, and the sidecar has a limit of 256Mi/,
  ],
  [range({ min: { cpu: '100m' } }), /^limit_range: .*request 100m cpu, and the sidecar requests 50m/],
  [range({ maxLimitRequestRatio: { cpu: '4' } }), /^limit_range: .*4 times the request/],
  [
    range({ type: 'Pod', max: { memory: '300Mi' } }),
    /^limit_range: .*allows a pod 300Mi memory.*limit of 320Mi/,
  ],
  [
    quota({ 'limits.memory': '1Gi' }, { 'limits.memory': '768Mi' }),
    /^quota_exceeded: .*team leaves 256Mi of limits.memory, and this pod needs 320Mi, of which the sidecar 256Mi/,
  ],
  [quota({ cpu: '1' }, { cpu: '880m' }), /^quota_exceeded: .*leaves 120m of cpu, and this pod needs 150m/],
  // Refused without the sidecar as well, or counted by what the pod does not tell: the API server says it itself.
  [range({ type: 'Pod', max: { memory: '32Mi' } }), /^injected$/],
  [quota({ 'limits.memory': '1Gi' }, { 'limits.memory': '1Gi' }), /^injected$/],
  [quota({ memory: '1Mi' }, {}, { scopes: ['BestEffort'] }), /^injected$/],
  [range({ max: { memory: '1Gi' }, min: { cpu: '10m' } }), /^injected$/],
])('%#', async (more, sentence) => {
  expect(await sentenceOf(more)).toMatch(sentence);
});

test('annotations give the sidecar less', async () => {
  const annotations = { 'hookgate.io/memory-limit': '96Mi', 'hookgate.io/cpu-request': '20m' };
  expect(await sentenceOf(range({ max: { memory: '128Mi' } }), annotations)).toBe('injected');
  expect(containerOf(injected(optedIn({ annotations })), 'hookgate').resources).toEqual({
    requests: { cpu: '20m', memory: '96Mi' },
    limits: { cpu: '1', memory: '96Mi' },
  });
});

test.each([
  [
    { requests: { memory: '64Mi' } },
    /request of 64Mi memory, and its containers with the sidecar request 160Mi together/,
  ],
  [
    { limits: { memory: '128Mi' } },
    /limit of 128Mi memory, and its containers with the sidecar request 160Mi together/,
  ],
  [{ limits: { memory: '200Mi' } }, /limit of 200Mi memory.*limit of 256Mi for the sidecar alone/],
])('resources of the whole pod that have no room for it: %j', (resources, sentence) => {
  const result = injection(optedIn({ container: bounded, spec: { resources } }));
  expect(result).toMatchObject({ kind: 'denial', reason: 'resources_too_small' });
  expect((result as { sentence: string }).sentence).toMatch(sentence);
});

test('resources of the whole pod that have room are left as they are', () => {
  const resources = { requests: { cpu: '1', memory: '200Mi' }, limits: { cpu: '2', memory: '1Gi' } };
  expect(injected(optedIn({ container: bounded, spec: { resources } })).spec.resources).toEqual(resources);
});

describe('where the pod has resources as a whole, those are what a quota and a range of pods count', () => {
  const resources = { requests: { cpu: '1', memory: '300Mi' }, limits: { cpu: '2', memory: '512Mi' } };
  const container = { resources: { requests: { memory: '64Mi' }, limits: { memory: '512Mi' } } };
  const sentence = async (more: Partial<ClusterLookups>, whole: object) => {
    const pod = optedIn({ container, spec: { resources: whole } });
    const result = await reviewPod(pod, 'shop', injectorSettings, { ...cluster, ...more });
    return result.kind === 'denial' ? result.sentence : result.kind;
  };
  const { limits } = resources;

  test.each([
    ['a quota of limits', quota({ 'limits.memory': '1Gi' }, { 'limits.memory': '400Mi' }), resources],
    ['a range', range({ type: 'Pod', max: { memory: '600Mi', cpu: '2' } }), resources],
    ['limits alone', quota({ 'limits.memory': '1Gi' }, { 'limits.memory': '400Mi' }), { limits }],
  ])('%s', async (_what, more, whole) => {
    expect(await sentence(more, whole)).toBe('injected');
  });

  test('but not what stands in the one part for the other, nor one container', async () => {
    const small = quota({ 'requests.memory': '1Gi' }, { 'requests.memory': '900Mi' });
    expect(await sentence(small, { limits })).toMatch(/leaves 124Mi of requests.memory.*needs 160Mi/);
    const one = range({ type: 'Container', max: { memory: '200Mi' } });
    expect(await sentence(one, resources)).toMatch(/allows a container 200Mi/);
  });
});

test('who applies a workload is told, of the sidecar and of loopback', async () => {
  const apply = (annotations: object, more: Partial<ClusterLookups>) =>
    reviewTemplate(
      {
        uid: 'u',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'shop',
        operation: 'CREATE',
        object: {
          spec: {
            template: {
              metadata: { labels: { 'hookgate.io/inject': 'true' }, annotations },
              spec: { containers: [{ name: 'app', ports: [{ name: 'http', containerPort: 3000 }] }] },
            },
          },
        },
      },
      { ...injectorSettings, remembersPerPod: false, needsPullSecret: true },
      { ...cluster, ...more },
    );
  expect(await apply({}, range({ max: { memory: '1Mi' } }))).toEqual([
    expect.stringMatching(/the pods of Deployment shop will be refused: .*LimitRange small/),
  ]);
  expect(await apply({ 'hookgate.io/upstream': 'loopback' }, {})).toEqual([
    expect.stringMatching(/Deployment shop: hookgate.io\/upstream is loopback/),
  ]);
  expect(await apply({}, {})).toEqual([]);
  expect(await apply({}, { serviceAccountMayPull: async () => false })).toEqual([
    expect.stringMatching(/private registry, and neither the pods nor their ServiceAccount default/),
  ]);
});
