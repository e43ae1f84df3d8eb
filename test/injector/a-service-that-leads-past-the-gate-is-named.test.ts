import { expect, test, vi } from 'vitest';
import type { Pod } from '../../src/injector/pod.ts';
import { reviewPod } from '../../src/injector/review-pod.ts';
import { reviewTemplate } from '../../src/injector/review-template.ts';
import { leadsTo, type Service } from '../../src/injector/service-ports.ts';
import { applyJsonPatch } from '../support/apply-json-patch.ts';
import { fakeKubernetes } from '../support/fake-kubernetes.ts';
import { injected, injectorSettings, optedIn, today } from '../support/injection.ts';
import { runInjector } from '../support/running-injector.ts';

const labels = { app: 'payments' };
const service = (name: string, targetPort: string | number | undefined, more: object = {}): Service => ({
  metadata: { name, namespace: 'shop' },
  spec: {
    selector: labels,
    ports: [{ port: 80, ...(targetPort !== undefined && { targetPort }) }],
    ...more,
  },
});
const own = optedIn({ labels });

test.each([
  ['a number', own, service('s', 3000), [true]],
  ['the name that the application has now', own, service('s', 'http-app'), [true]],
  ['the guarded name', own, service('s', 'http'), [false]],
  ["the sidecar's own number", own, service('s', 28080), [false]],
  ['no targetPort, and the same port', own, service('s', undefined, { ports: [{ port: 3000 }] }), [true]],
  ['another port of the pod', own, service('s', 9000), []],
  ['another protocol', own, service('s', undefined, { ports: [{ port: 3000, protocol: 'UDP' }] }), []],
  ['other pods', own, service('s', 3000, { selector: { app: 'other' } }), []],
  ['no selector', own, service('s', 3000, { selector: undefined }), []],
  ['ExternalName', own, service('s', 3000, { type: 'ExternalName' }), []],
  ['a headless Service', own, service('s', 3000, { clusterIP: 'None' }), [true]],
  [
    'one port of several',
    own,
    service('s', undefined, {
      ports: [
        { port: 80, targetPort: 'http' },
        { port: 81, targetPort: 3000 },
      ],
    }),
    [false, true],
  ],
  [
    'the new number of an application that moved',
    optedIn({ labels, annotations: { 'hookgate.io/move-port': 'PORT=18080' } }),
    service('s', 18080),
    [true],
  ],
  [
    'the number that the sidecar took over',
    optedIn({ labels, annotations: { 'hookgate.io/move-port': 'PORT=18080' } }),
    service('s', 3000),
    [false],
  ],
])('%s', (_what, pod, one, past) => {
  expect(leadsTo([one], injected(pod)).map(({ isPast }) => isPast)).toEqual(past);
});

test('a pod without a sidecar leads nowhere past one', () => {
  expect(leadsTo([service('s', 3000)], own)).toEqual([]);
});

const cluster = (services: readonly Service[], rivals: readonly string[] = []) => ({
  features: () => today,
  configMapMayExist: async () => true,
  serviceAccountMayPull: async () => true,
  limitRanges: async () => [],
  resourceQuotas: async () => [],
  services: async () => services,
  rivals: () => rivals,
});

test('the pod has it in an annotation, which a second pass leaves and a mended Service takes away', async () => {
  const services = [service('b', 3000), service('a', 'http-app'), service('good', 'http')];
  const review = async (pod: Pod, list: readonly Service[]) => {
    const result = await reviewPod(pod, 'shop', injectorSettings, cluster(list));
    if (result.kind !== 'injected') throw new Error(JSON.stringify(result));
    return { patch: result.patch, pod: applyJsonPatch(pod, result.patch) as Pod };
  };
  const first = await review(own, services);
  expect(first.pod.metadata.annotations).toMatchObject({ 'hookgate.io/bypassed-by': 'a:80,b:80' });
  expect((await review(first.pod, services)).patch).toEqual([]);
  expect((await review(first.pod, [])).pod.metadata.annotations).not.toHaveProperty([
    'hookgate.io/bypassed-by',
  ]);
});

test('whoever applies the workload reads it, with the command that mends it', async () => {
  const { metadata, spec } = own;
  const request = {
    uid: 'u',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'payments',
    operation: 'CREATE',
    object: { spec: { template: { metadata, spec } } },
  };
  const settings = { ...injectorSettings, remembersPerPod: false, needsPullSecret: false };
  const services = [service('payments', 3000), service('good', 'http')];
  expect(await reviewTemplate(request, settings, cluster(services))).toEqual([
    "Service payments port 80 leads past hookgate, since its targetPort 3000 is the application's own port. Mend it: " +
      'kubectl --namespace shop patch service payments --type=json --patch ' +
      '\'[{"op":"replace","path":"/spec/ports/0/targetPort","value":"http"}]\'',
  ]);
  expect(await reviewTemplate(request, settings, cluster([], ['blue-hookgate-injector']))).toEqual([
    expect.stringContaining('blue-hookgate-injector also puts a sidecar'),
  ]);
});

test('a Service that comes later is seen at the next look: metric, event, status, and gone again once it is mended', async () => {
  const kubernetes = await fakeKubernetes();
  const pod = injected(own);
  const guarded = {
    ...pod,
    metadata: { ...pod.metadata, name: 'payments-1', namespace: 'shop', uid: 'uid-1' },
  };
  const bare = { ...own, metadata: { ...own.metadata, name: 'bare', namespace: 'shop', uid: 'uid-2' } };
  kubernetes.list('/api/v1/namespaces/shop/pods', [guarded, bare]);
  kubernetes.list('/api/v1/namespaces/shop/services', [service('good', 'http')]);
  const running = await runInjector(kubernetes, { watch: { namespaces: 'shop', interval: '1h' } });
  const series = 'hookgate_service_past_gate_pods{guarded_namespace="shop",service="payments",port="80"}';
  await running.injector.lookAround();
  expect(await running.metric('hookgate_unguarded_pods{guarded_namespace="shop"}')).toBe(1);
  await expect(running.metric(series)).rejects.toThrow();

  kubernetes.list('/api/v1/namespaces/shop/services', [service('good', 'http'), service('payments', 3000)]);
  await running.injector.lookAround();
  await running.injector.lookAround();
  expect(await running.metric(series)).toBe(1);
  expect(kubernetes.events).toHaveLength(1);
  expect(kubernetes.events[0]).toMatchObject({
    type: 'Warning',
    reason: 'BypassedByService',
    involvedObject: { kind: 'Pod', name: 'payments-1', uid: 'uid-1' },
    message: expect.stringContaining('kubectl --namespace shop patch service payments'),
  });
  const status = (await (await fetch(`${running.adminUrl}/status`)).json()) as Record<string, unknown>;
  expect(status).toMatchObject({ pastGate: [{ pod: 'payments-1' }], unguarded: ['shop/bare'], rivals: [] });

  kubernetes.list('/api/v1/namespaces/shop/services', [service('payments', 'http')]);
  await running.injector.lookAround();
  await expect(running.metric(series)).rejects.toThrow();
});

test('what the API server refuses keeps the injector neither from its reviews nor from saying so', async () => {
  const kubernetes = await fakeKubernetes();
  kubernetes.put('/api/v1/namespaces/shop/configmaps/hookgate-config', {});
  kubernetes.forbidden.add('/api/v1/namespaces/shop/pods');
  const running = await runInjector(kubernetes, { watch: { namespaces: 'shop', interval: '1h' } });
  await running.injector.lookAround();
  expect(await running.metric('hookgate_injector_last_look_timestamp_seconds')).toBe(0);
  await vi.waitFor(async () => expect((await running.review(own)).response.allowed).toBe(true));
});
