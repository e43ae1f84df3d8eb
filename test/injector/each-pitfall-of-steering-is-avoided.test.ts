import { expect, test } from 'vitest';
import { endpointOf, probedPort } from '../support/endpoint-lookup.ts';
import { containerOf, injected, injection, kubernetes129, optedIn } from '../support/injection.ts';

const probe = (port: string | number, scheme = 'HTTP') => ({ httpGet: { path: '/', port, scheme } });

test('the Service that targets the name reaches the sidecar, and the application keeps its number', () => {
  const pod = injected(optedIn());
  expect(endpointOf(pod, 'http')).toEqual({ container: 'hookgate', number: 28080 });
  expect(containerOf(pod, 'app').ports).toEqual([{ name: 'http-app', containerPort: 3000 }]);
  expect(containerOf(pod, 'hookgate').env).toContainEqual({
    name: 'HOOKGATE_UPSTREAM_URL',
    value: 'http://127.0.0.1:3000',
  });
});

test('another port of the application stays where it is', () => {
  const ports = [
    { name: 'http', containerPort: 3000 },
    { name: 'metrics', containerPort: 3001 },
  ];
  expect(endpointOf(injected(optedIn({ container: { ports } })), 'metrics')).toEqual({
    container: 'app',
    number: 3001,
  });
});

test('an annotation chooses the port', () => {
  const ports = [
    { name: 'http', containerPort: 3000 },
    { name: 'hooks', containerPort: 3001 },
  ];
  const pod = injected(optedIn({ container: { ports }, annotations: { 'hookgate.io/port': 'hooks' } }));
  expect(endpointOf(pod, 'hooks')).toEqual({ container: 'hookgate', number: 28080 });
  expect(endpointOf(pod, 'http')).toEqual({ container: 'app', number: 3000 });
});

test('a port of another protocol is no owner of the name', () => {
  const ports = [
    { name: 'http', containerPort: 3000, protocol: 'UDP' },
    { name: 'web', containerPort: 3000 },
  ];
  expect(injection(optedIn({ container: { ports } }))).toMatchObject({
    kind: 'denial',
    reason: 'port_not_found',
  });
});

test.each([
  ['http', 'http-app'],
  ['fifteen-letters', 'fifteen-let-app'],
  ['abcdefghij-klm', 'abcdefghij-app'],
])('the port %s becomes %s, a name that the API server takes', (name, renamed) => {
  const ports = [{ name, containerPort: 3000 }];
  const pod = injected(optedIn({ container: { ports }, annotations: { 'hookgate.io/port': name } }));
  expect(containerOf(pod, 'app').ports?.[0]?.name).toBe(renamed);
});

test('the new name is unique in the pod', () => {
  const ports = [
    { name: 'http-app', containerPort: 3001 },
    { name: 'http', containerPort: 3000 },
  ];
  const pod = injected(optedIn({ container: { ports } }));
  expect(containerOf(pod, 'app').ports?.map(({ name }) => name)).toEqual(['http-app', 'http-app2']);
  expect(injection(pod)).toMatchObject({ kind: 'injected', patch: [] });
});

test('probes and lifecycle handlers that named the port have its number', () => {
  const container = {
    startupProbe: probe('http'),
    readinessProbe: { tcpSocket: { port: 'http' } },
    livenessProbe: probe(3000),
    lifecycle: { postStart: probe('http'), preStop: probe('http') },
  };
  const app = containerOf(injected(optedIn({ container })), 'app');
  for (const handler of [
    app.startupProbe,
    app.readinessProbe,
    app.livenessProbe,
    app.lifecycle?.postStart,
    app.lifecycle?.preStop,
  ]) {
    const port = handler?.httpGet?.port ?? handler?.tcpSocket?.port;
    expect(probedPort(app, port as string | number)).toBe(3000);
  }
});

test('a pod without initContainers, volumes, annotations and name can be patched', () => {
  const pod = optedIn();
  const { name: _, ...metadata } = pod.metadata;
  const nameless = { ...pod, metadata: { ...metadata, generateName: 'shop-' } };
  expect(endpointOf(injected(nameless), 'http')?.container).toBe('hookgate');
  expect(endpointOf(injected(nameless, kubernetes129), 'http')?.container).toBe('hookgate');
});

test('from 1.33 on it is a native sidecar, which comes last of the init containers; before that an ordinary container', () => {
  const spec = { initContainers: [{ name: 'migrate' }] };
  const native = injected(optedIn({ spec }));
  expect(native.spec.initContainers?.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
    ['migrate', undefined],
    ['hookgate', 'Always'],
  ]);
  const ordinary = injected(optedIn({ spec }), kubernetes129);
  expect(ordinary.spec.containers.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
    ['app', undefined],
    ['hookgate', undefined],
  ]);
});

test('the pod of a Job gets a native sidecar on 1.29 already: with an ordinary one it would never finish', () => {
  const pod = injected(optedIn({ spec: { restartPolicy: 'Never' } }), kubernetes129);
  expect(pod.spec.initContainers?.map(({ name }) => name)).toEqual(['hookgate']);
});

test('only the sidecar mounts the Secret, and it mounts nothing of the application, its token included', () => {
  const pod = injected(optedIn());
  expect(containerOf(pod, 'app').volumeMounts).toBeUndefined();
  const mounts = containerOf(pod, 'hookgate').volumeMounts ?? [];
  expect(mounts.map(({ name }) => name)).toEqual(['hookgate-config', 'hookgate-keys', 'hookgate-no-token']);
  expect(mounts.at(-1)?.mountPath).toBe('/var/run/secrets/kubernetes.io/serviceaccount');
  expect(pod.spec.volumes?.find(({ name }) => name === 'hookgate-no-token')).toEqual({
    name: 'hookgate-no-token',
    emptyDir: {},
  });
});

test("the pod's own security and service-account settings are left alone", () => {
  const spec = {
    securityContext: { fsGroup: 1, runAsUser: 0 },
    serviceAccountName: 'app',
    automountServiceAccountToken: true,
  };
  expect(injected(optedIn({ spec })).spec).toMatchObject(spec);
});

test('the application sleeps before it stops, unless it has a preStop of its own or declines', () => {
  expect(containerOf(injected(optedIn()), 'app').lifecycle).toEqual({ preStop: { sleep: { seconds: 3 } } });
  const own = { preStop: { exec: { command: ['true'] } } };
  expect(containerOf(injected(optedIn({ container: { lifecycle: own } })), 'app').lifecycle).toEqual(own);
  const declines = optedIn({ annotations: { 'hookgate.io/stop-delay': '0' } });
  expect(containerOf(injected(declines), 'app').lifecycle).toBeUndefined();
  const longer = injected(optedIn({ annotations: { 'hookgate.io/stop-delay': '20' } }));
  expect(containerOf(longer, 'app').lifecycle).toEqual({ preStop: { sleep: { seconds: 20 } } });
  expect(longer.spec.terminationGracePeriodSeconds).toBe(65);
  // The kubelet below 1.30 does not know the action, and the API server drops it: an empty handler is refused.
  expect(containerOf(injected(optedIn(), kubernetes129), 'app').lifecycle).toBeUndefined();
});

test.each([
  [undefined, 48],
  [10, 48],
  [48, 48],
  [600, 600],
])('a grace period of %s becomes %d', (given, expected) => {
  const spec = given === undefined ? {} : { terminationGracePeriodSeconds: given };
  expect(injected(optedIn({ spec })).spec.terminationGracePeriodSeconds).toBe(expected);
});

test('a pod that does not ask is left alone', () => {
  expect(injection(optedIn({ labels: { 'hookgate.io/inject': 'false' } }))).toEqual({ kind: 'not opted in' });
  const pod = optedIn();
  expect(injection({ ...pod, metadata: { name: 'shop' } })).toEqual({ kind: 'not opted in' });
});

test('annotations name the ConfigMaps and the Secret of the pod', () => {
  const annotations = { 'hookgate.io/config': 'own-config', 'hookgate.io/keys': 'own-keys' };
  const { volumes } = injected(optedIn({ annotations })).spec;
  expect(volumes).toContainEqual({
    name: 'hookgate-config',
    configMap: { name: 'own-config', defaultMode: 292 },
  });
  expect(volumes).toContainEqual({
    name: 'hookgate-keys',
    secret: { secretName: 'own-keys', defaultMode: 292 },
  });
});
