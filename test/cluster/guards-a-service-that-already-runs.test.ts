import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  apply,
  find,
  findInGatePods,
  helm,
  installArgs,
  kubectl,
  nodeIn,
  send,
  until,
  untilRouted,
} from './support/cluster.ts';
import { createNeighbourhood, greeting, type Neighbourhood } from './support/neighbourhood.ts';
import { blocksOf, createShell, namesAskedFor } from './support/page-blocks.ts';

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

let place: Neighbourhood;
let before: string;

beforeAll(async () => {
  place = await createNeighbourhood();
  before = stateOfApplication();
  helm(installArgs(place.namespace, place.senderAddress, []));
  await untilRouted(place.namespace);
});
afterAll(() => place?.remove());

test('a genuine event arrives once, and its repeat does not', () => {
  expect(send(place.namespace, 'sender', 'one').status).toBe(0);
  expect(place.arrivals()).toEqual({ one: 1 });
  expect(send(place.namespace, 'sender', 'one').status).toBe(0);
  expect(place.arrivals()).toEqual({ one: 1 });
});

test.each([
  ['with a tampered amount', 'sender', ['--tamper', 'data'], 401],
  ['without checksum', 'sender', ['--tamper', 'missing'], 401],
  ['signed with another key', 'sender', ['--key-file', '/keys/wrong'], 401],
  ['from an address that is not listed', 'stranger', [], 403],
] as const)('an event %s does not', (_what, from, args, status) => {
  const sent = send(place.namespace, from, 'forged', args);
  expect(sent.status).toBe(1);
  expect(sent.stdout).toContain(String(status));
  expect(place.arrivals()).toEqual({ one: 1 });
});

test('helm test passes, and the application sees nothing of it', () => {
  helm(['test', 'hookgate', '--namespace', place.namespace, '--timeout', '120s']);
  expect(place.arrivals()).toEqual({ one: 1 });
});

test('an edit of the allowlist takes effect without a restart', async () => {
  const pods = gatePods();
  const addresses = `addresses:\n  - ${place.senderAddress}\n  - ${place.strangerAddress}\n`;
  const patch = JSON.stringify({ data: { 'allowlist.yaml': addresses } });
  kubectl(['patch', 'configmap', 'hookgate-allowlist', '--namespace', place.namespace, '--patch', patch]);
  const seconds = await until(
    'the stranger is let in',
    150,
    () => send(place.namespace, 'stranger', 'two').status === 0,
  );
  console.log(`allowlist: in force ${seconds} s after the edit`);
  expect(place.arrivals()).toEqual({ one: 1, two: 1 });
  expect(gatePods()).toBe(pods);
});

test('a second business ID in the Secret is taken beside the first, without a restart', async () => {
  const pods = gatePods();
  expect(send(place.namespace, 'sender', 'three', ['--key-file', '/keys/second']).status).toBe(1);
  const metadata = { name: 'hookgate-keys', namespace: place.namespace };
  apply([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      stringData: { live: 'business-one', next: 'business-two' },
    },
  ]);
  const seconds = await until(
    'the second key verifies',
    150,
    () => send(place.namespace, 'sender', 'three', ['--key-file', '/keys/second']).status === 0,
  );
  console.log(`keys: in force ${seconds} s after the edit`);
  expect(send(place.namespace, 'sender', 'four').status).toBe(0);
  expect(place.arrivals()).toEqual({ one: 1, two: 1, three: 1, four: 1 });
  expect(gatePods()).toBe(pods);
});

test('the gate has a read-only root, and one directory that it can write to', () => {
  const script = `
    import { readFileSync, rmSync, writeFileSync } from 'node:fs';
    const places = readFileSync('/proc/mounts', 'utf8').split('\\n').map((line) => line.split(' ')[1]).filter(Boolean);
    const writable = [...new Set(places)].filter((place) => {
      try { writeFileSync(place + '/probe', ''); rmSync(place + '/probe'); return true; } catch { return false; }
    });
    process.stdout.write(JSON.stringify(writable.filter((place) => !place.startsWith('/dev') && !place.startsWith('/proc'))));`;
  const ran = nodeIn(place.namespace, 'deployment/hookgate', script);
  expect(JSON.parse(ran.stdout || ran.stderr)).toEqual(['/var/lib/hookgate']);
});

test('every command of the runbook runs', () => {
  expect(namesAskedFor(runbook)).toEqual(['NAMESPACE']);
  const shell = createShell({ NAMESPACE: place.namespace });
  const blocks = blocksOf(runbook).filter(({ info }) => info === '');
  const printed = new Map<string, string>();
  for (const { section, text } of blocks)
    printed.set(section, (printed.get(section) ?? '') + shell.run(text));
  console.log(`${blocks.length} blocks of the runbook were run`);
  expect(printed.get('First minute')).toMatch(/^good +upstream/m);
  expect(printed.get('First minute')).toContain('"reason": "address_not_allowed"');
  expect(printed.get('HookgateAllowlistEmpty')).toContain(place.senderAddress);
  expect(printed.get('HookgateReloadFailing')).toContain('successfully rolled out');
});

test('helm uninstall leaves nothing, and the service as it was', async () => {
  helm(['uninstall', 'hookgate', '--namespace', place.namespace, '--wait']);
  const kinds =
    'deployment,replicaset,pod,service,endpointslice,configmap,secret,serviceaccount,ingress,networkpolicy,poddisruptionbudget,horizontalpodautoscaler,persistentvolumeclaim';
  const left = () =>
    kubectl([
      'get',
      kinds,
      '--namespace',
      place.namespace,
      '--selector',
      'app.kubernetes.io/instance=hookgate',
      '--output',
      'name',
    ]);
  await until('everything is gone', 60, () => left() === '');
  expect(stateOfApplication()).toBe(before);
  expect(greeting(place.namespace)).toBe('hello');
});

/** Which pods run, and how often each was restarted. */
function gatePods(): string {
  const path = '{range .items[*]}{.metadata.uid} {.status.containerStatuses[*].restartCount}{end}';
  return findInGatePods(place.namespace, path);
}

function stateOfApplication(): string {
  const of = (kind: string, name: string, path: string) => find(place.namespace, [kind, name], path);
  return [
    of('pod', 'application', '{.metadata.uid} {.metadata.resourceVersion}'),
    of('service', 'payments', '{.metadata.uid} {.metadata.resourceVersion} {.spec}'),
  ].join('\n');
}
