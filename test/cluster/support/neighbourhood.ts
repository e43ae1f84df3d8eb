/** A namespace with an application that already runs, a sender whose address will be listed, and a stranger. */
import { randomBytes } from 'node:crypto';
import { apply, find, kubectl, nodeIn, until } from './cluster.ts';
import { image } from './image.ts';

export interface Neighbourhood {
  readonly namespace: string;
  readonly senderAddress: string;
  readonly strangerAddress: string;
  readonly node: string;
  /** How often the application accepted each event, by its `data.reference`. */
  arrivals(): Record<string, number>;
  remove(): void;
}

/** The existing service: written without a thought of Hookgate. It books what it is sent, and forgets nothing. */
const application = `
  const arrivals = {};
  require('node:http').createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/arrivals') return response.end(JSON.stringify(arrivals));
    if (request.method !== 'POST') return response.end('hello');
    let text = '';
    request.on('data', (part) => { text += part; });
    request.on('end', () => {
      const { reference } = JSON.parse(text).data;
      setTimeout(() => { arrivals[reference] = (arrivals[reference] ?? 0) + 1; response.end('booked'); }, 10);
    });
  }).listen(3000);
  process.on('SIGTERM', () => process.exit(0));
`;

export async function createNeighbourhood(): Promise<Neighbourhood> {
  const namespace = `hookgate-test-${randomBytes(3).toString('hex')}`;
  apply([
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
  ]);
  // Its controller makes it a moment after the namespace, and no pod is let in before.
  kubectl(['wait', '--for=create', 'serviceaccount/default', '--namespace', namespace, '--timeout=60s']);
  apply([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'hookgate-keys', namespace },
      stringData: { live: 'business-one' },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'sender-keys', namespace },
      data: { live: 'business-one', second: 'business-two', wrong: 'business-of-somebody-else' },
    },
    pod(namespace, 'application', { app: 'payments' }, application),
    service(namespace),
    pod(namespace, 'sender', {}, 'setInterval(() => {}, 1e9)'),
    pod(namespace, 'stranger', {}, 'setInterval(() => {}, 1e9)'),
  ]);
  kubectl(['wait', '--namespace', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=120s']);
  const addressOf = (name: string) => find(namespace, ['pod', name], '{.status.podIP}');
  await until('the application answers', 30, () => greeting(namespace) === 'hello');
  return {
    namespace,
    senderAddress: addressOf('sender'),
    strangerAddress: addressOf('stranger'),
    node: find(namespace, ['pod', 'sender'], '{.spec.nodeName}'),
    arrivals: () => JSON.parse(fetchIn(namespace, '/arrivals')) as Record<string, number>,
    remove: () => kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']),
  };
}

/** Runs the application as most are run: by a Deployment, with a port that its Service targets by name. */
export async function runApplicationAsDeployment(namespace: string): Promise<void> {
  const { metadata, spec } = pod(namespace, 'payments', { app: 'payments' }, application);
  const [container] = spec.containers;
  const template = {
    metadata: { labels: metadata.labels },
    spec: { ...spec, containers: [{ ...container, ports: [{ name: 'http', containerPort: 3000 }] }] },
  };
  apply([
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'payments', namespace },
      spec: { selector: { matchLabels: metadata.labels }, template },
    },
    service(namespace, 'http'),
  ]);
  kubectl(['delete', 'pod', 'application', '--namespace', namespace]);
  kubectl(['rollout', 'status', 'deployment/payments', '--namespace', namespace, '--timeout=120s']);
  await until('the application answers', 30, () => greeting(namespace) === 'hello');
}

/** What the application answers to a GET at its own Service. */
export function greeting(namespace: string): string {
  return fetchIn(namespace, '/');
}

function fetchIn(namespace: string, path: string): string {
  const script = `process.stdout.write(await (await fetch('http://payments${path}')).text())`;
  return nodeIn(namespace, 'sender', script).stdout;
}

function service(namespace: string, targetPort: number | string = 3000) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'payments', namespace },
    spec: { selector: { app: 'payments' }, ports: [{ port: 80, targetPort }] },
  };
}

/** A pod of Node with one script. It is the gate's image only because that one is on the nodes already. */
function pod(namespace: string, name: string, labels: Record<string, string>, script: string) {
  const bound = { cpu: '500m', memory: '256Mi' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'node',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['/nodejs/bin/node', '-e', script],
          resources: { requests: { cpu: '20m', memory: '64Mi' }, limits: bound },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'keys', mountPath: '/keys' }],
        },
      ],
      volumes: [{ name: 'keys', configMap: { name: 'sender-keys' } }],
    },
  };
}
