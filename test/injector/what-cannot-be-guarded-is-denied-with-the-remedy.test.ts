import { expect, test } from 'vitest';
import { type DenialReason, denialReasons } from '../../src/injector/denials.ts';
import { injection, optedIn } from '../support/injection.ts';

const ports = (...list: object[]) => ({ container: { ports: list } });
const http = { name: 'http', containerPort: 3000 };
const second = (list: object[], more: object = {}) => ({
  spec: {
    containers: [
      { name: 'app', ports: [http] },
      { name: 'envoy', ports: list, ...more },
    ],
  },
});
const move = (text: string, more: Record<string, string> = {}) => ({
  annotations: { 'hookgate.io/move-port': text, ...more },
});
const nodes = (nodeSelector: Record<string, string>) => ({ spec: { nodeSelector } });
const affinity = (...terms: (readonly [operator: string, value: string])[]) => ({
  spec: {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: terms.map(([operator, value]) => ({
            matchExpressions: [{ key: 'kubernetes.io/os', operator, values: [value] }],
          })),
        },
      },
    },
  },
});

const cases: readonly (readonly [
  what: string,
  pod: Parameters<typeof optedIn>[0],
  reason: DenialReason,
  sentence: RegExp,
])[] = [
  [
    'a label that says something else',
    { labels: { 'hookgate.io/inject': 'yes' } },
    'label_value',
    /is "yes".*"true"/,
  ],
  [
    'no port of that name',
    ports({ name: 'web', containerPort: 3000 }),
    'port_not_found',
    /called "http" \(they have 3000 "web"\)/,
  ],
  [
    'a port without a name',
    ports({ containerPort: 3000 }),
    'port_not_found',
    /3000 without a name.*Give the port/,
  ],
  ['no port at all', { container: { ports: undefined } }, 'port_not_found', /declare no ports/],
  ['two containers with that name', second([http]), 'port_ambiguous', /app and envoy both/],
  [
    'a native sidecar with that name',
    { spec: { initContainers: [{ name: 'proxy', restartPolicy: 'Always', ports: [http] }] } },
    'port_ambiguous',
    /app and proxy/,
  ],
  [
    'a number without a move',
    { annotations: { 'hookgate.io/port': '3000' } },
    'port_unnamed',
    /number 3000.*move-port/,
  ],
  [
    'no name of a port',
    { annotations: { 'hookgate.io/port': 'Http_1' } },
    'annotation_invalid',
    /hookgate\.io\/port is "Http_1"/,
  ],
  ['no move', move('18080'), 'annotation_invalid', /move-port is "18080".*PORT=18080/],
  [
    'no delay',
    { annotations: { 'hookgate.io/stop-delay': 'soon' } },
    'annotation_invalid',
    /stop-delay is "soon"/,
  ],
  [
    'no name of an object',
    { annotations: { 'hookgate.io/keys': '../keys' } },
    'annotation_invalid',
    /keys is/,
  ],
  ["the sidecar's port taken", second([{ containerPort: 28080 }]), 'port_taken', /envoy uses port 28080/],
  [
    "the sidecar's admin port taken by the application",
    ports(http, { containerPort: 29090 }),
    'port_taken',
    /29090/,
  ],
  ['hostNetwork', { spec: { hostNetwork: true } }, 'host_network', /hostNetwork/],
  ['hostPort', ports({ ...http, hostPort: 80 }), 'host_port', /hostPort 80/],
  [
    'hostPort where the guarded number stands a second time, without a name',
    ports(http, { containerPort: 3000, hostPort: 81 }),
    'host_port',
    /hostPort 81/,
  ],
  [
    'a second name of the guarded number',
    ports(http, { name: 'web', containerPort: 3000 }),
    'port_ambiguous',
    /app gives the number 3000 a second name, "web" beside "http"\. Leave the port/,
  ],
  [
    "the name of the sidecar's admin port, which would stand there twice",
    {
      ...ports({ name: 'hookgate-admin', containerPort: 3000 }),
      annotations: { 'hookgate.io/port': 'hookgate-admin' },
    },
    'port_ambiguous',
    /called hookgate-admin.*under one name/,
  ],
  ['Windows by nodeSelector', nodes({ 'kubernetes.io/os': 'windows' }), 'not_linux', /nodeSelector asks for/],
  [
    'another system by the older label',
    nodes({ 'beta.kubernetes.io/os': 'freebsd' }),
    'not_linux',
    /freebsd/,
  ],
  ['Windows by affinity', affinity(['In', 'windows']), 'not_linux', /node affinity leaves no Linux/],
  ['not Linux by affinity', affinity(['NotIn', 'linux']), 'not_linux', /node affinity leaves no Linux/],
  ['Windows', { spec: { os: { name: 'windows' } } }, 'not_linux', /Windows/],
  [
    'TLS in the application',
    { container: { readinessProbe: { httpGet: { port: 'http', scheme: 'HTTPS' } } } },
    'protocol_unsupported',
    /HTTPS/,
  ],
  ['gRPC', { container: { livenessProbe: { grpc: { port: 3000 } } } }, 'protocol_unsupported', /gRPC/],
  [
    "the sidecar's Secret in another container",
    { container: { volumeMounts: [{ name: 'hookgate-keys', mountPath: '/stolen' }] } },
    'volume_taken',
    /app mounts a volume called hookgate-keys/,
  ],
  [
    'a privileged port',
    { ...ports({ name: 'http', containerPort: 80 }), ...move('PORT=18080') },
    'move_port_privileged',
    /port 80,/,
  ],
  [
    'a variable from elsewhere',
    { container: { env: [{ name: 'PORT', valueFrom: { configMapKeyRef: {} } }] }, ...move('PORT=18080') },
    'move_port_env',
    /variable PORT .*valueFrom/,
  ],
  [
    'a variable with a value, and once more from elsewhere',
    {
      container: {
        env: [
          { name: 'PORT', value: '1' },
          { name: 'PORT', valueFrom: { configMapKeyRef: {} } },
        ],
      },
      ...move('PORT=18080'),
    },
    'move_port_env',
    /variable PORT .*valueFrom/,
  ],
  [
    'a readiness that asks another host',
    { container: { readinessProbe: { httpGet: { host: 'a.example', port: 18080 } } }, ...move('PORT=18080') },
    'move_port_unverified',
    /does not ask port 18080/,
  ],
  [
    'a taken number',
    { ...second([{ containerPort: 18080 }]), ...move('PORT=18080') },
    'move_port_taken',
    /envoy already uses/,
  ],
  ['its own number', move('PORT=3000'), 'move_port_taken', /sidecar itself needs port 3000/],
  [
    'neither the pod nor loopback',
    { annotations: { 'hookgate.io/upstream': 'localhost' } },
    'annotation_invalid',
    /upstream is "localhost".*or loopback/,
  ],
  [
    'no quantity',
    { annotations: { 'hookgate.io/memory-limit': 'much' } },
    'annotation_invalid',
    /memory-limit is "much".*96Mi/,
  ],
  [
    'a misspelt annotation',
    { annotations: { 'hookgate.io/stop-dealy': '10' } },
    'annotation_invalid',
    /stop-dealy is none that is read, which are port, move-port, stop-delay/,
  ],
  [
    'a limit below the request',
    { annotations: { 'hookgate.io/memory-limit': '10Mi' } },
    'annotation_invalid',
    /memory-limit .*the sidecar would have a limit of 10Mi memory and a request of/,
  ],
  [
    'no room in the resources of the pod',
    { spec: { resources: { limits: { memory: '100Mi' } } } },
    'resources_too_small',
    /limit of 100Mi memory/,
  ],
  [
    'a readiness that asks nothing of the port',
    { container: { readinessProbe: { exec: { command: ['true'] } } }, ...move('PORT=18080') },
    'move_port_unverified',
    /does not ask port 18080/,
  ],
];

test.each(cases)('%s', (_what, parts, reason, sentence) => {
  const result = injection(optedIn(parts));
  expect(result).toMatchObject({ kind: 'denial', reason });
  expect((result as { sentence: string }).sentence).toMatch(sentence);
});

test.each([
  ['a nodeSelector for Linux', nodes({ 'kubernetes.io/os': 'linux' })],
  ['an affinity that leaves Linux nodes too', affinity(['In', 'windows'], ['In', 'linux'])],
  ['the same number under no second name', ports(http, { containerPort: 3000 })],
  [
    'TLS of another host',
    {
      container: {
        lifecycle: { postStart: { httpGet: { host: 'a.example', port: 3000, scheme: 'HTTPS' } } },
      },
    },
  ],
  ['a quantity with an exponent', { annotations: { 'hookgate.io/memory-limit': '129e6' } }],
  ['the same number and name for another protocol', ports(http, { ...http, protocol: 'UDP' })],
])('%s is no reason', (_what, parts) => {
  expect(injection(optedIn(parts)).kind).toBe('injected');
});

test('every reason that a pod alone can give is reached above', () => {
  const needTheCluster: readonly DenialReason[] = [
    'config_missing',
    'move_port_unready_addresses',
    'limit_range',
    'quota_exceeded',
  ];
  const reached = new Set(cases.map(([, , reason]) => reason));
  expect(denialReasons.filter((reason) => !reached.has(reason))).toEqual(
    denialReasons.filter((reason) => needTheCluster.includes(reason)),
  );
});
