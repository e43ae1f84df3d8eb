import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, find, helm, kubectl, send, until, untilGuarded } from './support/cluster.ts';
import { image } from './support/image.ts';
import { blocksOf, createShell, namesAskedFor } from './support/page-blocks.ts';
import { createSidecarPlace, injectorSelector, type SidecarPlace } from './support/sidecar-place.ts';
import { endpointPorts, podOf, podsOf, waitForRollout } from './support/sidecar-pods.ts';
import { applicationContainer, deployment, pod, service } from './support/sidecar-workloads.ts';

const pageOf = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const page = pageOf('injector.md');
const runbook = pageOf('runbook.md');

let place: SidecarPlace;
let namespace: string;
let injector: string;

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
  injector = `${namespace}-injector`;
  // The reader has an application that nobody has thought of guarding, and no Secret yet.
  kubectl(['delete', 'secret', 'hookgate-keys', '--namespace', namespace]);
  const { spec, ...rest } = deployment(namespace, 'payments-app', 1);
  const { 'hookgate.io/inject': _, ...labels } = spec.template.metadata.labels as Record<string, string>;
  const unlabelled = { ...spec, template: { ...spec.template, metadata: { labels } } };
  apply([{ ...rest, spec: unlabelled }, service(namespace, 'payments-app')]);
  waitForRollout(namespace, 'deployment/payments-app');
});
afterAll(() => {
  try {
    if (injector !== undefined) {
      helm(['uninstall', 'hookgate', '--namespace', injector, '--ignore-not-found']);
      kubectl(['delete', 'namespace', injector, '--ignore-not-found', '--wait=false']);
    }
  } finally {
    place?.remove();
  }
});

const url = ['--url', 'http://payments-app/webhooks/juicyway'];
const leadsTo = (port: number) =>
  until(
    `the Service leads to ${port}`,
    60,
    () => endpointPorts(namespace, 'payments-app').join() === String(port),
  );

/** What must be true after the block of that number, on the page of the injector. */
const checks: Readonly<Record<number, (printed: string) => unknown>> = {
  1: () => expect(podsOf(injector, injectorSelector)).toHaveLength(2),
  2: async () => {
    await leadsTo(28080);
    await untilGuarded(namespace, 'payments-app');
    expect(send(namespace, 'sender', 'forged', [...url, '--tamper', 'data']).stdout).toContain('401');
    expect(send(namespace, 'sender', 'guarded', url)).toMatchObject({ status: 0 });
    expect(place.arrivals()).toEqual({ guarded: 1 });
  },
  3: (printed) => {
    expect(printed).toMatch(/^good +upstream/m);
    expect(printed).toMatch(/^warning +bypass/m);
    expect(printed).not.toMatch(/^failed/m);
  },
  4: () => leadsTo(3000),
  5: () => leadsTo(28080),
  6: (printed) => expect(printed).toMatch(/^Phase: +Succeeded/m),
  7: (printed) => expect(printed).toMatch(/^by the cgroup \d+ resident VmRSS:/m),
  8: (printed) => expect(JSON.parse(printed)).toEqual([]),
  9: () => expect(sidecarImage()).toBe(image),
  10: (printed) => expect(printed).toContain(sidecarImage()),
  11: async () => {
    const addresses = `addresses: [${place.senderAddress}, ${place.strangerAddress}]\n`;
    const patch = JSON.stringify({ data: { 'allowlist.yaml': addresses } });
    kubectl(['patch', 'configmap', 'hookgate-allowlist', '--namespace', namespace, '--patch', patch]);
    const before = podOf(namespace, 'app=payments-app').metadata.uid;
    const seconds = await until(
      'the stranger is let in',
      150,
      () => send(namespace, 'stranger', 'listed', url).status === 0,
    );
    console.log(`allowlist: in force in a running sidecar ${seconds} s after the edit`);
    expect(podOf(namespace, 'app=payments-app').metadata.uid).toBe(before);
  },
  12: () => leadsTo(3000),
};

test('every command of the page runs, in its order, and so do those of the runbook', async () => {
  const at = image.lastIndexOf(':');
  const values: Readonly<Record<string, string>> = {
    INJECTOR: injector,
    NAMESPACE: namespace,
    DEPLOYMENT: 'payments-app',
    SENDER: place.senderAddress,
    BUSINESS_ID: 'business-one',
    IMAGE: image.slice(0, at),
    TAG: image.slice(at + 1),
    NEW_TAG: image.slice(at + 1),
  };
  expect(Object.keys(values).toSorted()).toEqual(namesAskedFor(page).toSorted());
  const shell = createShell(values);
  const blocks = blocksOf(page).filter(({ info }) => info === '');
  expect(Object.keys(checks)).toHaveLength(blocks.length);
  for (const [index, { section, text }] of blocks.entries()) {
    if (section === 'Uninstall') await runbookRuns();
    const printed = shell.run(text);
    await checks[index + 1]?.(printed);
  }
  console.log(`${blocks.length} blocks of the page were run`);
  expect(kubectl(['get', 'mutatingwebhookconfigurations,clusterroles', '--output', 'name'])).not.toContain(
    injector,
  );
});

/** Among them the one that empties the injector's Secret: it makes a certificate anew. */
async function runbookRuns(): Promise<void> {
  const shell = createShell({ NAMESPACE: injector });
  const blocks = blocksOf(runbook).filter(({ info }) => info === 'injector');
  for (const { text } of blocks) shell.run(text);
  console.log(`${blocks.length} blocks of the runbook were run`);
  const path = '{.data.tls\\.crt}';
  await until(
    'there is a certificate again',
    30,
    () => find(injector, ['secret', 'hookgate-injector-tls'], path) !== '',
  );
}

test('a pod whose Secret is missing says so, and starts once it is there', async () => {
  await place.install(['keys.existingSecret=not-yet']);
  apply([pod(namespace, { name: 'keyless' }, { containers: [applicationContainer()] })]);
  const log = () =>
    kubectl(['logs', 'keyless', '--container', 'hookgate', '--namespace', namespace, '--ignore-errors']);
  await until('the log of its sidecar says so', 60, () => log().includes('found no key'));
  kubectl([
    'create',
    'secret',
    'generic',
    'not-yet',
    '--from-literal=live=business-one',
    '--namespace',
    namespace,
  ]);
  kubectl(['wait', '--namespace', namespace, '--for=condition=Ready', 'pod/keyless', '--timeout=180s']);
});

function sidecarImage(): string {
  const { metadata } = podOf(namespace, 'app=payments-app');
  return find(namespace, ['pod', metadata.name], '{.spec.initContainers[?(@.name=="hookgate")].image}');
}
