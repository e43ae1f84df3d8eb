import { expect, test } from 'vitest';
import { fakeKubernetes } from '../support/fake-kubernetes.ts';
import { injected, optedIn } from '../support/injection.ts';
import { runLookout } from '../support/running-injector.ts';

const labels = { app: 'payments' };
const service = (targetPort: string | number) => ({
  metadata: { name: 'payments', namespace: 'shop' },
  spec: { selector: labels, ports: [{ port: 80, targetPort }] },
});
const series = 'hookgate_service_past_gate_pods{guarded_namespace="shop",service="payments",port="80"}';

async function clusterWithGuardedPod(name = 'payments-1') {
  const kubernetes = await fakeKubernetes();
  const { spec, metadata } = injected(optedIn({ labels }));
  const named = { ...metadata, name, namespace: 'shop', uid: 'uid-1' };
  kubernetes.list('/api/v1/namespaces/shop/pods', [{ metadata: named, spec }]);
  return kubernetes;
}

const get = async (url: string) => {
  const answer = await fetch(url);
  return { status: answer.status, body: (await answer.json()) as unknown };
};

test('a Service that comes later: event, metric and status, until it is mended', async () => {
  const kubernetes = await clusterWithGuardedPod();
  const { injector, adminUrl, metric } = await runLookout(kubernetes, { namespaces: 'shop' });
  await injector.lookAround();
  await expect(metric(series)).rejects.toThrow();

  kubernetes.list('/api/v1/namespaces/shop/services', [service(3000)]);
  await injector.lookAround();
  expect(await metric(series)).toBe(1);
  expect(kubernetes.events).toMatchObject([
    { reason: 'BypassedByService', involvedObject: { name: 'payments-1', uid: 'uid-1' } },
  ]);
  expect((await get(`${adminUrl}/status`)).body).toMatchObject({
    pastGate: [{ namespace: 'shop', pod: 'payments-1' }],
    unguarded: [],
    rivals: [],
  });

  kubernetes.list('/api/v1/namespaces/shop/services', [service('http')]);
  await injector.lookAround();
  await expect(metric(series)).rejects.toThrow();
});

test('a namespace that takes no events, since it ends or has a quota of them, keeps no look from being one', async () => {
  const kubernetes = await clusterWithGuardedPod();
  kubernetes.list('/api/v1/namespaces/shop/services', [service(3000)]);
  kubernetes.forbidden.add('/api/v1/namespaces/shop/events');
  const { injector, adminUrl, metric } = await runLookout(kubernetes, { namespaces: 'shop' });
  await injector.lookAround();
  expect(kubernetes.calls).toContain('POST /api/v1/namespaces/shop/events 403');
  expect(await metric(series)).toBe(1);
  expect(await metric('hookgate_injector_last_look_timestamp_seconds')).toBeGreaterThan(0);
  expect((await get(`${adminUrl}/readyz`)).status).toBe(200);
  kubernetes.forbidden.clear();
  await injector.lookAround();
  expect(kubernetes.events).toHaveLength(1);
});

test.each(['-b', '.b'])(
  'the event of a pod whose long name is cut before %s has a name that is one',
  async (end) => {
    const kubernetes = await clusterWithGuardedPod(`${'a'.repeat(199)}${end}`);
    kubernetes.list('/api/v1/namespaces/shop/services', [service(3000)]);
    const { injector } = await runLookout(kubernetes, { namespaces: 'shop' });
    await injector.lookAround();
    expect(kubernetes.events[0]?.metadata.name).toMatch(
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    );
  },
);

test('it looks by itself, again and again', async () => {
  const kubernetes = await clusterWithGuardedPod();
  const { metric } = await runLookout(kubernetes, { namespaces: 'shop', interval: '100ms' });
  kubernetes.list('/api/v1/namespaces/shop/services', [service(3000)]);
  await expect.poll(() => metric(series).catch(() => 0)).toBe(1);
  kubernetes.list('/api/v1/namespaces/shop/services', []);
  await expect.poll(() => metric(series).catch(() => 0)).toBe(0);
});

test('another injector of the same pods is a rival, its own policy is not', async () => {
  const kubernetes = await clusterWithGuardedPod();
  const policy = (name: string) => ({
    metadata: { name },
    spec: { matchConstraints: { objectSelector: { matchLabels: { 'hookgate.io/inject': 'true' } } } },
  });
  kubernetes.list('/api/v1/namespaces', [{ metadata: { name: 'shop' } }]);
  kubernetes.list('/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies', [
    policy('hookgate-injector'),
    policy('blue-hookgate-injector'),
  ]);
  const { injector, metric } = await runLookout(kubernetes, { namespaces: 'shop' });
  await injector.lookAround();
  expect(await metric('hookgate_injector_rivals{rival="blue-hookgate-injector"}')).toBe(1);
  await expect(metric('hookgate_injector_rivals{rival="hookgate-injector"}')).rejects.toThrow();
});

test('of the whole cluster it tells of the namespaces that its policy selects, and of no other team', async () => {
  const kubernetes = await fakeKubernetes();
  const { spec, metadata } = injected(optedIn({ labels }));
  const bare = optedIn({ labels });
  const places = ['shop', 'billing'];
  kubernetes.list(
    '/api/v1/pods',
    places.flatMap((namespace) => [
      { metadata: { ...metadata, name: 'guarded', namespace, uid: `${namespace}-1` }, spec },
      { ...bare, metadata: { ...bare.metadata, name: 'bare', namespace, uid: `${namespace}-2` } },
    ]),
  );
  kubernetes.list(
    '/api/v1/services',
    places.map((namespace) => ({ ...service(3000), metadata: { name: 'payments', namespace } })),
  );
  kubernetes.list(
    '/api/v1/namespaces',
    places.map((name) => ({ metadata: { name, labels: { team: name === 'shop' ? 'red' : 'blue' } } })),
  );
  const matchConstraints = {
    namespaceSelector: { matchLabels: { team: 'red' } },
    objectSelector: { matchLabels: { 'hookgate.io/inject': 'true' } },
  };
  kubernetes.list('/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies', [
    { metadata: { name: 'hookgate-injector' }, spec: { matchConstraints } },
  ]);
  const { injector, adminUrl } = await runLookout(kubernetes);
  await injector.lookAround();
  expect((await get(`${adminUrl}/status`)).body).toMatchObject({
    pastGate: [{ namespace: 'shop', pod: 'guarded' }],
    unguarded: ['shop/bare'],
  });
  expect(kubernetes.events).toMatchObject([{ metadata: { namespace: 'shop' } }]);
});

test('it is ready when it has looked, and says why while it cannot', async () => {
  const kubernetes = await clusterWithGuardedPod();
  kubernetes.forbidden.add('/api/v1/namespaces/shop/pods');
  const { injector, adminUrl } = await runLookout(kubernetes, { namespaces: 'shop' });
  await injector.lookAround();
  expect(await get(`${adminUrl}/readyz`)).toMatchObject({
    status: 503,
    body: { checks: { look: { trouble: expect.stringContaining('user cannot GET') } } },
  });
  kubernetes.forbidden.clear();
  await injector.lookAround();
  expect((await get(`${adminUrl}/readyz`)).status).toBe(200);
});

test('it asks for lists, writes events, and touches nothing else', async () => {
  const kubernetes = await clusterWithGuardedPod();
  kubernetes.list('/api/v1/namespaces/shop/services', [service(3000)]);
  const { injector, adminUrl } = await runLookout(kubernetes, { namespaces: 'shop' });
  await injector.look();
  await injector.lookAround();
  expect(injector.reviews).toBeUndefined();
  expect([...new Set(kubernetes.calls.map((call) => call.replace(/ \d+$/, '')))].sort()).toEqual([
    'GET /api/v1/namespaces',
    'GET /api/v1/namespaces/shop/pods',
    'GET /api/v1/namespaces/shop/services',
    'GET /apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
    'GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
    'POST /api/v1/namespaces/shop/events',
  ]);
  // No pod is let in or refused here, so nothing counts that.
  expect(await (await fetch(`${adminUrl}/metrics`)).text()).not.toMatch(/hookgate_injections|certificate/);
});
