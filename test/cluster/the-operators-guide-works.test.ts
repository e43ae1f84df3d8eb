import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  apply,
  findInGatePods,
  kubectl,
  nodeIn,
  send,
  until,
  untilGuarded,
  untilRouted,
} from './support/cluster.ts';
import { image } from './support/image.ts';
import {
  createNeighbourhood,
  greeting,
  type Neighbourhood,
  runApplicationAsDeployment,
} from './support/neighbourhood.ts';
import { blocksOf, createShell, namesAskedFor } from './support/page-blocks.ts';

const root = new URL('../../', import.meta.url).pathname;
const guide = readFileSync(join(root, 'docs/operators-guide.md'), 'utf8');

let place: Neighbourhood;
let directory: string;
/** The gate's pods before the allowlist was changed. */
let podsBefore: string;

beforeAll(async () => {
  place = await createNeighbourhood();
  directory = mkdtempSync(join(tmpdir(), 'hookgate-guide-'));
  writeFileSync(join(directory, 'body.json'), '{"checksum":"00","data":{},"event":"payment.session.failed"}');
  // The reader has neither the Secret yet, nor anything of Hookgate; but a Deployment and an Ingress.
  kubectl(['delete', 'secret', 'hookgate-keys', '--namespace', place.namespace]);
  await runApplicationAsDeployment(place.namespace);
  apply([ingress()]);
});
afterAll(() => {
  place?.remove();
  if (directory !== undefined) rmSync(directory, { recursive: true });
});

test('every command of the guide runs, in its order, and does what the guide says', async () => {
  const shell = createShell(yours());
  const run: string[] = [];
  for (const { section, info, text } of blocksOf(guide)) {
    if (info !== '') continue;
    const printed = shell.run(text);
    const number = (counts.get(section) ?? 0) + 1;
    counts.set(section, number);
    await checkAfter(`${section} ${number}`, printed);
    run.push(section);
  }
  console.log(`${run.length} blocks of the guide were run`);
  expect([...checks.keys()].filter((name) => !checked.has(name))).toEqual([]);
});

const counts = new Map<string, number>();
const checked = new Set<string>();

/** What must be true after the block of that number in that section. */
const checks = new Map<string, (printed: string) => void | Promise<void>>([
  ['Install in ten minutes 1', () => untilRouted(place.namespace)],
  [
    'Install in ten minutes 2',
    () => {
      expect(place.arrivals()).toEqual({});
      expect(send(place.namespace, 'sender', 'installed').status).toBe(0);
      expect(place.arrivals()).toEqual({ installed: 1 });
    },
  ],
  [
    'Install in ten minutes 3',
    (printed) => {
      expect(printed).toMatch(/^ok +the gate that runs here answers at port 8080/m);
      expect(printed).toContain('All as promised.');
      expect(place.arrivals()).toEqual({ installed: 1 });
    },
  ],
  [
    'Install in ten minutes 4',
    (printed) => {
      expect(printed).toMatch(/^good +upstream/m);
      expect(printed).not.toMatch(/^(?:failed|warning)/m);
    },
  ],
  [
    "An Ingress that exists: move the webhook's path 1",
    async () => {
      // The stranger's pod stands for the controller's: its own word about the sender is what counts.
      const for_ = (address: string) => ['--header', `X-Forwarded-For: ${address}`];
      const status = (reference: string, address: string) =>
        send(place.namespace, 'stranger', reference, for_(address)).status;
      await until('the controller is trusted', 60, () => status('proxied', place.senderAddress) === 0);
      expect(status('strange', '203.0.113.200')).toBe(1);
      expect(place.arrivals()).toEqual({ installed: 1, proxied: 1 });
      expect(pathsOfIngress()).toBe('/webhooks/juicyway=hookgate /=payments ');
    },
  ],
  ["An Ingress that exists: move the webhook's path 2", () => expect(pathsOfIngress()).toBe('/=payments ')],
  [
    "The Service's name: swap what stands behind it 1",
    async () => {
      await untilGuarded(place.namespace, 'payments');
      expect(sendToService('forged', 'data')).toContain('401');
      // Its own address is read past the gate, which passes other paths through.
      expect(greeting(place.namespace)).toBe('hello');
      expect(place.arrivals()).toEqual({ installed: 1, proxied: 1 });
    },
  ],
  [
    "The Service's name: swap what stands behind it 2",
    () => untilService('leads to the application', () => greeting(place.namespace) === 'hello'),
  ],
  [
    "A sidecar in the application's own pods 1",
    async () => {
      await untilGuarded(place.namespace, 'payments');
      expect(sendToService('forged', 'data')).toContain('401');
      expect(sendToService('guarded')).toContain('200');
      // The application's own memory began anew with its pod.
      expect(place.arrivals()).toEqual({ guarded: 1 });
    },
  ],
  [
    "A sidecar in the application's own pods 2",
    async () => {
      await untilService('leads to the application', () => greeting(place.namespace) === 'hello');
      const containers = ['get', 'pods', '--namespace', place.namespace, '--selector', 'app=payments'];
      const left = () => kubectl([...containers, '--output', 'jsonpath={.items[*].spec.initContainers}']);
      await until('no pod has a sidecar', 60, () => left() === '');
    },
  ],
  [
    'Rotate a business ID 1',
    async () => {
      const second = ['--key-file', '/tmp/new'];
      const write = "(await import('node:fs')).writeFileSync('/tmp/new', 'the-new-business-id')";
      nodeIn(place.namespace, 'sender', write);
      const verifies = () => send(place.namespace, 'sender', 'rotated', second).status === 0;
      await until('the new key verifies', 150, verifies);
      expect(send(place.namespace, 'sender', 'before').status).toBe(0);
    },
  ],
  [
    'Rotate a business ID 2',
    (printed) => {
      const { keys } = JSON.parse(printed) as { keys: { name: string; lastMatch?: string }[] };
      expect(keys.map(({ name }) => name)).toEqual(['live', 'next']);
    },
  ],
  [
    'Rotate a business ID 3',
    () => untilService('refuses the old key', () => sendOwn('after').includes('401')),
  ],
  ['When a delivery is refused 1', (printed) => expect(printed).toContain('checksum_mismatch')],
  [
    "The provider's go-live checklist 1",
    (printed) => {
      expect(printed).toMatch(/^Sends one genuine event to the application/);
      const [, reference] = /reference (hookgate-prove-\S+),/.exec(printed) ?? [];
      expect(place.arrivals()[reference ?? '']).toBe(1);
    },
  ],
  ["The provider's go-live checklist 2", (printed) => expect(printed).toContain('403 address_not_allowed')],
  [
    'When a delivery is refused 2',
    (printed) => {
      expect(printed).toContain('It would be refused');
      expect(printed).toContain('status 1');
      podsBefore = podsOfGate();
    },
  ],
  [
    'When a delivery is refused 3',
    async () => {
      const admitted = () => sendOwn('from-anew', 'stranger').includes('200');
      await until('the new sender is let in', 150, admitted);
      expect(podsOfGate()).toBe(podsBefore);
    },
  ],
  [
    'When a delivery is refused 4',
    () => {
      const list = kubectl([
        'get',
        'configmap',
        'hookgate-allowlist',
        '--namespace',
        place.namespace,
        '-o',
        'yaml',
      ]);
      for (const address of [place.senderAddress, place.strangerAddress, '203.0.113.9']) {
        expect(list).toContain(address);
      }
      expect(podsOfGate()).toBe(podsBefore);
    },
  ],
  ['Upgrade 1', () => expect(podsOfGate()).not.toBe(podsBefore)],
  [
    'Uninstall 1',
    () => {
      const left = [
        'get',
        'deployments,services,configmaps',
        '--namespace',
        place.namespace,
        '--output',
        'name',
      ];
      expect(kubectl(left)).not.toContain('hookgate');
      expect(greeting(place.namespace)).toBe('hello');
    },
  ],
]);

/** What `send` prints of an event to the application's Service. */
function sendToService(reference: string, tamper?: string): string {
  const url = ['--url', `http://payments.${place.namespace}.svc/webhooks/juicyway`];
  return send(place.namespace, 'sender', reference, tamper === undefined ? url : [...url, '--tamper', tamper])
    .stdout;
}

/** What `send` prints of an event to the gate, signed with the key that is in force after the rotation, or before it. */
function sendOwn(reference: string, from?: 'stranger'): string {
  if (from === undefined) return send(place.namespace, 'sender', reference).stdout;
  const write = "(await import('node:fs')).writeFileSync('/tmp/new', 'the-new-business-id')";
  nodeIn(place.namespace, from, write);
  return send(place.namespace, from, reference, ['--key-file', '/tmp/new']).stdout;
}

async function untilService(what: string, good: () => boolean): Promise<void> {
  await until(`it ${what}`, 150, good);
}

function podsOfGate(): string {
  return findInGatePods(place.namespace, '{.items[*].metadata.uid}');
}

function pathsOfIngress(): string {
  const path = '{range .spec.rules[0].http.paths[*]}{.path}={.backend.service.name} {end}';
  return kubectl(['get', 'ingress', 'shop', '--namespace', place.namespace, '--output', `jsonpath=${path}`]);
}

async function checkAfter(name: string, printed: string): Promise<void> {
  await checks.get(name)?.(printed);
  checked.add(name);
}

/** The values of this cluster, for every name that the guide's own block sets. */
function yours(): Readonly<Record<string, string>> {
  const at = image.lastIndexOf(':');
  const values: Record<string, string> = {
    NAMESPACE: place.namespace,
    SERVICE: 'payments',
    PORT: '80',
    TARGET: '"http"',
    SELECTOR: '{"app":"payments"}',
    DEPLOYMENT: 'payments',
    INGRESS: 'shop',
    WEBHOOK: '/webhooks/juicyway',
    SENDER: place.senderAddress,
    BUSINESS_ID: 'business-one',
    IMAGE: image.slice(0, at),
    TAG: image.slice(at + 1),
    PROXIES: `${place.strangerAddress}/32`,
    NEW_SENDER: place.strangerAddress,
    BODY: join(directory, 'body.json'),
  };
  expect(namesAskedFor(guide).toSorted()).toEqual(Object.keys(values).toSorted());
  return values;
}

function ingress() {
  const backend = { service: { name: 'payments', port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace: place.namespace },
    spec: {
      rules: [{ host: 'shop.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}
