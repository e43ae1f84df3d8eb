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
  // Exactly enough, though not to the last digit of a sum of fractions.
  [quota({ cpu: '4' }, { cpu: '3850m' }), /^injected$/],
  [range({ type: 'Pod', max: { cpu: '2' } }), /^injected$/],
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
  const exact = { requests: { cpu: '150m', memory: '160Mi' } };
  expect(injected(optedIn({ container: bounded, spec: { resources: exact } })).spec.resources).toEqual(exact);
  const resources = { requests: { cpu: '1', memory: '200Mi' }, limits: { cpu: '2', memory: '1Gi' } };
  expect(injected(optedIn({ container: bounded, spec: { resources } })).spec.resources).toEqual(resources);
});

describe('a request of the whole pod that is the sum of its containers, as the API server writes it where only limits were given', () => {
  const limits = { cpu: '2', memory: '512Mi' };
  const requestsOf = (requests: object, more: object = {}) => {
    const pod = optedIn({ container: bounded, spec: { resources: { requests, limits }, ...more } });
    const once = injected(pod);
    expect(injected(once)).toEqual(once);
    return once.spec.resources?.requests;
  };

  test('grows by what the sidecar requests', () => {
    expect(requestsOf({ cpu: '100m', memory: '64Mi' })).toEqual({
      cpu: '150m',
      memory: String(160 * 2 ** 20),
    });
    expect(requestsOf({ cpu: '0.1', memory: '67108864' })).toEqual({ cpu: '150m', memory: '167772160' });
  });

  test('counts init containers as the API server does', () => {
    const init = (memory: string, more: object = {}) => ({
      name: memory,
      resources: { requests: { memory } },
      ...more,
    });
    const first = { initContainers: [init('80Mi')] };
    expect(requestsOf({ cpu: '100m', memory: '80Mi' }, first)).toMatchObject({
      memory: String(160 * 2 ** 20),
    });
    const large = { initContainers: [init('400Mi')] };
    expect(requestsOf({ cpu: '100m', memory: '400Mi' }, large)).toMatchObject({ memory: '400Mi' });
    const native = { initContainers: [init('20Mi', { restartPolicy: 'Always' }), init('30Mi')] };
    expect(requestsOf({ cpu: '100m', memory: '84Mi' }, native)).toMatchObject({
      memory: String(180 * 2 ** 20),
    });
  });

  test('any other one stays, and is the reason where it is too small', () => {
    expect(requestsOf({ cpu: '1', memory: '300Mi' })).toEqual({ cpu: '1', memory: '300Mi' });
    const resources = { requests: { memory: '100Mi' }, limits };
    expect(injection(optedIn({ container: bounded, spec: { resources } }))).toMatchObject({
      reason: 'resources_too_small',
    });
  });
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
