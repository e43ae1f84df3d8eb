import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, kubectl, send, tryKubectl, until } from './support/cluster.ts';
import { ask, createSidecarPlace, type SidecarPlace } from './support/sidecar-place.ts';
import { endpointPorts, waitForReady } from './support/sidecar-pods.ts';
import {
  applicationContainer,
  httpGet,
  nodeContainer,
  pod,
  service,
  type TemplateParts,
} from './support/sidecar-workloads.ts';

const quiet = 'setInterval(() => {}, 1e9)';
const toPort = { name: 'HOOKGATE_UPSTREAM_URL', value: 'http://127.0.0.1:3000' };
const toElsewhere = { ...toPort, value: 'http://elsewhere:3000' };
const toPod = {
  name: 'HOOKGATE_UPSTREAM_ADDRESSES',
  valueFrom: { fieldRef: { fieldPath: 'status.podIPs' } },
};
const ported = (ports: readonly object[], more: object = {}) => ({
  containers: [applicationContainer({ ports, ...more })],
});
const http = { name: 'http', containerPort: 3000 };

/** Pods that both cover: whatever is absent or present, the result is the same. */
const plain: Record<string, TemplateParts> = {
  'the plainest pod': {},
  'volumes and an init container of its own': {
    containers: [applicationContainer({ volumeMounts: [{ name: 'own', mountPath: '/own' }] })],
    spec: {
      volumes: [{ name: 'own', emptyDir: {} }],
      initContainers: [nodeContainer('first', 'process.exit(0)')],
    },
  },
  'three probes and two lifecycle handlers that name the port': ported([http], {
    startupProbe: httpGet('http'),
    readinessProbe: httpGet('http'),
    livenessProbe: { tcpSocket: { port: 'http' } },
    lifecycle: {
      postStart: { httpGet: { path: '/', port: 'http' } },
      preStop: { httpGet: { path: '/', port: 'http' } },
    },
  }),
  'probes by number': ported([http], { readinessProbe: httpGet(3000), livenessProbe: httpGet(3000) }),
  'a postStart and no preStop': ported([http], {
    lifecycle: { postStart: { httpGet: { path: '/', port: 3000 } } },
  }),
  'a preStop of its own': ported([http], { lifecycle: { preStop: { sleep: { seconds: 1 } } } }),
  'a long grace period': { spec: { terminationGracePeriodSeconds: 300 } },
  'a short grace period and another delay': {
    spec: { terminationGracePeriodSeconds: 5 },
    annotations: { 'hookgate.io/stop-delay': '10s' },
  },
  'no delay': { annotations: { 'hookgate.io/stop-delay': '0' } },
  'further containers and a native sidecar, all with ports': {
    containers: [
      nodeContainer('companion', quiet, { ports: [{ name: 'metrics', containerPort: 3100 }] }),
      applicationContainer({ ports: [{ name: 'other', containerPort: 3001 }, http] }),
    ],
    spec: {
      initContainers: [
        nodeContainer('native', quiet, {
          restartPolicy: 'Always',
          ports: [{ name: 'native', containerPort: 3200 }],
        }),
      ],
    },
  },
  'a name of fifteen characters': {
    annotations: { 'hookgate.io/port': 'fifteen-letters' },
    ...ported([{ name: 'fifteen-letters', containerPort: 3000 }], { readinessProbe: httpGet(3000) }),
  },
  'a name that is cut at a hyphen': {
    annotations: { 'hookgate.io/port': 'abcdefghij-klm' },
    ...ported([{ name: 'abcdefghij-klm', containerPort: 3000 }], { readinessProbe: httpGet(3000) }),
  },
  'a port of the same name and another protocol': ported([
    http,
    { name: 'http-udp', containerPort: 3000, protocol: 'UDP' },
  ]),
  'an application on loopback': { annotations: { 'hookgate.io/upstream': 'loopback' } },
  'other resources of the sidecar': {
    annotations: { 'hookgate.io/memory-limit': '200Mi', 'hookgate.io/cpu-request': '20m' },
  },
  'a pull secret of its own': { spec: { imagePullSecrets: [{ name: 'own' }] } },
  'a pod that ends by itself': { spec: { restartPolicy: 'Never' } },
};

/** Pods that neither lets pass. */
const refused: Record<string, TemplateParts> = {
  'no such port': ported([{ name: 'web', containerPort: 3000 }], { readinessProbe: httpGet(3000) }),
  'no ports at all': { containers: [nodeContainer('app', quiet)] },
  'two owners of the name': {
    containers: [
      applicationContainer(),
      nodeContainer('second', quiet, { ports: [{ ...http, containerPort: 3001 }] }),
    ],
  },
  'two owners of the number': {
    containers: [
      applicationContainer(),
      nodeContainer('second', quiet, { ports: [{ containerPort: 3000 }] }),
    ],
  },
  "the sidecar's port taken": ported([http, { name: 'own', containerPort: 28080 }]),
  "the sidecar's admin port taken": ported([http, { name: 'own', containerPort: 29090 }]),
  'another label value': { labels: { 'hookgate.io/inject': 'yes' } },
  'a number without move': { annotations: { 'hookgate.io/port': '3000' } },
  'an upstream that is none': { annotations: { 'hookgate.io/upstream': 'localhost' } },
  'no quantity': { annotations: { 'hookgate.io/cpu-limit': 'much' } },
  'an annotation that is none': { annotations: { 'hookgate.io/stop-dealy': '10' } },
  'a delay that is none': { annotations: { 'hookgate.io/stop-delay': 'soon' } },
  'a delay that is too long': { annotations: { 'hookgate.io/stop-delay': '301' } },
  'a probe by HTTPS': ported([http], {
    readinessProbe: { httpGet: { path: '/', port: 'http', scheme: 'HTTPS' } },
  }),
  'a gRPC probe': ported([http], { readinessProbe: { grpc: { port: 3000 } } }),
  "a mount of the sidecar's keys": ported([http], {
    volumeMounts: [{ name: 'hookgate-keys', mountPath: '/stolen' }],
  }),
};

let place: SidecarPlace;
let namespace: string;
const byServer = new Map<string, unknown>();

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
  await place.install();
  for (const [what, parts] of Object.entries(plain)) byServer.set(what, dryRun(parts));
  for (const [what, parts] of Object.entries(refused))
    expect(refusal(parts), what).toContain('hookgate cannot guard');
  // A change of mode is a reinstallation, and then once more: the second must work like the first.
  for (let round = 0; round < 2; round++) {
    place.uninstall();
    const seconds = await place.install(['injector.mode=policy']);
    console.log(`policy: in force within ${seconds} s of its installation`);
  }
});
afterAll(() => place?.remove());

test.each(Object.keys(plain))('%s: the policy makes the pod that the server makes', (what) => {
  expect(byServer.get(what)).toBeDefined();
  expect(dryRun(plain[what] ?? {})).toEqual(byServer.get(what));
});

test.each(Object.keys(refused))('%s: refused by the policy too, with a sentence', (what) => {
  expect(refusal(refused[what] ?? {})).toMatch(/hookgate cannot guard this pod: .+\. [A-Z].+\./);
});

test.each(['move-port', 'config', 'allowlist', 'keys'])(
  'what only the server can do is refused: %s',
  (name) => {
    const annotations = { [`hookgate.io/${name}`]: name === 'move-port' ? 'PORT=18080' : 'own' };
    expect(refusal({ annotations })).toContain('use injector.mode webhook');
  },
);

test('a container called hookgate makes the pod invalid', () => {
  const spoof = nodeContainer('hookgate', quiet, { restartPolicy: 'Always' });
  expect(refusal({ spec: { initContainers: [spoof] } })).toContain('Duplicate value');
});

test('the pod runs, and takes a genuine event once', async () => {
  apply([pod(namespace, { name: 'guarded' }), service(namespace, 'guarded')]);
  waitForReady(namespace, 'app=guarded');
  await until('its Service leads to it', 30, () => ask(namespace, 'http://guarded/') === '200 application /');
  expect(endpointPorts(namespace, 'guarded')).toEqual([28080]);
  const url = ['--url', 'http://guarded/webhooks/juicyway'];
  expect(send(namespace, 'sender', 'one', url).status).toBe(0);
  expect(send(namespace, 'sender', 'one', url).status).toBe(0);
  expect(send(namespace, 'sender', 'two', [...url, '--tamper', 'data']).stdout).toContain('401');
  expect(place.arrivals()).toEqual({ one: 1 });
});

describe('without the policy that mutates, the backstop alone', () => {
  beforeAll(async () => {
    kubectl(['delete', 'mutatingadmissionpolicybinding', place.clusterName]);
    await until('pods are refused', 30, () => refusal({}) !== '');
  });

  test('refuses a pod without sidecar', () => {
    expect(refusal({})).toContain('it has no genuine sidecar in front of the port "http"');
  });

  test.each<[string, object, string]>([
    ['runs another program', { command: ['/nodejs/bin/node', '-e', quiet] }, 'no genuine sidecar'],
    ['runs another command', { args: ['send'] }, 'no genuine sidecar'],
    [
      'is another image',
      { image: 'docker.io/library/other:1' },
      'the image of its sidecar is docker.io/library/other:1',
    ],
    ['leads elsewhere', { env: [toElsewhere, toPod] }, 'does not lead to the pod itself'],
    ['leads to loopback', { env: [toPort] }, 'HOOKGATE_UPSTREAM_ADDRESSES come from the field status.podIPs'],
    [
      'has addresses from another field',
      { env: [toPort, { ...toPod, valueFrom: { fieldRef: { fieldPath: 'status.hostIPs' } } }] },
      'does not lead to the pod itself',
    ],
    [
      'has addresses that are written down',
      { env: [toPort, { name: toPod.name, value: '203.0.113.9' }] },
      'does not lead to the pod itself',
    ],
    ['has two sources of addresses', { env: [toPort, toPod, toPod] }, 'does not lead to the pod itself'],
    [
      'has a setting of somebody else',
      { env: [toPort, toPod, { name: 'HOOKGATE_CHECKSUM_MODE', value: 'observe' }] },
      'gave the sidecar settings',
    ],
    [
      'has settings from elsewhere',
      { envFrom: [{ configMapRef: { name: 'other' } }] },
      'gave the sidecar settings',
    ],
    ['stands beside the port', { ports: [{ name: 'other', containerPort: 28080 }] }, 'no genuine sidecar'],
  ])('refuses a sidecar that %s', (_what, change, sentence) => {
    const genuine = {
      command: undefined,
      args: ['serve', '--config', '/etc/hookgate/config/hookgate.yaml'],
      env: [toPort, toPod],
      ports: [{ name: 'http', containerPort: 28080 }],
      restartPolicy: 'Always',
    };
    const withSidecar = (sidecar: object): TemplateParts => ({
      containers: [
        applicationContainer({
          ports: [{ name: 'http-app', containerPort: 3000 }],
          readinessProbe: httpGet(3000),
        }),
      ],
      spec: { initContainers: [nodeContainer('hookgate', '', sidecar)] },
    });
    expect(refusal(withSidecar(genuine))).toBe('');
    expect(refusal(withSidecar({ ...genuine, ...change }))).toContain(sentence);
  });
});

test('a namespace without the config of the sidecar is refused', async () => {
  const name = `${namespace}-other`;
  apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }]);
  try {
    const selector = 'injector.namespaceSelector.matchExpressions[0]';
    const selected = [
      `${selector}.key=kubernetes.io/metadata.name`,
      `${selector}.operator=In`,
      `${selector}.values={${namespace},${name}}`,
    ];
    await place.install(['injector.mode=policy', ...selected]);
    const made = () =>
      tryKubectl(['create', '-f', '-', '--dry-run=server'], pod(name, { name: 'pod' })).stderr;
    await until('the other namespace is covered', 30, () => made() !== '');
    expect(made()).toContain(
      `namespace ${name} has no ConfigMap called hookgate-sidecar. Add the namespace to sidecar.namespaces`,
    );
    await place.install(['injector.mode=policy', ...selected, `sidecar.namespaces={${name}}`]);
    await until('pods of the other namespace are guarded', 30, () => made() === '');
  } finally {
    kubectl(['delete', 'namespace', name, '--wait=false']);
  }
});

test('a release of the same name in another namespace stands beside it', async () => {
  const other = await createSidecarPlace();
  try {
    await other.install(['injector.mode=policy']);
    expect(dryRun({})).toBeDefined();
    other.uninstall();
    expect(dryRun({})).toBeDefined();
  } finally {
    other.remove();
  }
});

/** The spec of the pod as it would be made; undefined where it would not be, or not guarded. */
function dryRun(parts: TemplateParts): unknown {
  const ran = create(parts, ['--output', 'json']);
  if (ran.status !== 0) return undefined;
  const text = ran.stdout.replace(/kube-api-access-\w+/g, 'kube-api-access');
  const { spec } = JSON.parse(text) as { spec: { initContainers?: { name: string }[] } };
  return spec.initContainers?.some(({ name }) => name === 'hookgate') ? spec : undefined;
}

/** What is said to who makes it; empty where it would be made. */
function refusal(parts: TemplateParts): string {
  const { status, stderr } = create(parts, []);
  return status === 0 ? '' : stderr;
}

function create(parts: TemplateParts, args: readonly string[]) {
  return tryKubectl(
    ['create', '-f', '-', '--dry-run=server', ...args],
    pod(namespace, { generateName: 'pod-' }, parts),
  );
}
