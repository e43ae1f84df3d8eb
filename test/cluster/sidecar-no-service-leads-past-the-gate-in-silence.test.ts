import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, find, helm, kubectl, nodeIn, tryKubectl, until } from './support/cluster.ts';
import { blocksOf, createShell } from './support/page-blocks.ts';
import {
  clusterKinds,
  createSidecarPlace,
  lookers,
  metricOf,
  release,
  type SidecarPlace,
} from './support/sidecar-place.ts';
import { podOf, waitForReady } from './support/sidecar-pods.ts';
import { deployment, pod, service } from './support/sidecar-workloads.ts';

const modes = ['webhook', 'policy'] as const;
const often = 'injector.lookInterval=2s';
const pastGate = 'hookgate_service_past_gate_pods';

describe.each(modes)('injector.mode %s', (mode) => {
  let place: SidecarPlace;
  let namespace: string;

  beforeAll(async () => {
    place = await createSidecarPlace();
    ({ namespace } = place);
    await place.install([`injector.mode=${mode}`, often]);
    kubectl(['apply', '-f', '-'], service(namespace, 'guarded'));
    kubectl(['apply', '-f', '-'], pod(namespace, { name: 'guarded' }));
    waitForReady(namespace, 'app=guarded');
  });

  afterAll(() => place.remove());

  const proof = () => tryHelmTest(namespace);

  test('helm test proves that each Service leads to the gate', async () => {
    await until('helm test ends well', 120, () => proof().includes('Phase:          Succeeded'));
    const said = proof();
    expect(said).toContain(
      `ok    Service guarded port 80 in ${namespace} leads to a gate (/webhooks/juicyway)`,
    );
    expect(said).toContain('All as promised.');
  });

  test('a Service by number is a bypass: the application answers, and helm test says how to mend it', async () => {
    const past = (targetPort: string | number) => serviceOf(namespace, 'past', 'guarded', targetPort);
    // A policy sees the Service and no pods.
    const warned = (targetPort: string | number) =>
      tryKubectl(['create', '-f', '-', '--dry-run=server'], past(targetPort)).stderr;
    const told =
      /if its pods are guarded .*Service past leads past it by port 80 \(targetPort (3000|http-app)\)/;
    if (mode === 'policy') for (const target of [3000, 'http-app']) expect(warned(target)).toMatch(told);
    expect(warned('http')).toBe('');
    kubectl(['apply', '-f', '-'], past(3000));
    const forged = `const a = await fetch('http://past/webhooks/juicyway', { method: 'POST', body: '{}' }); process.stdout.write(String(a.status))`;
    await until(
      'a forged event reaches the application',
      60,
      () => nodeIn(namespace, 'stranger', forged).stdout !== '403',
    );
    const said = proof();
    expect(said).toContain(`FAIL  Service past port 80 in ${namespace} leads to a gate`);
    expect(said).toContain(`kubectl --namespace ${namespace} patch service past`);

    // Helm prints the log of a failed test with its quotes escaped; the pod stays, and has it as it is to be typed.
    const log = kubectl(['logs', 'hookgate-test-services', '--namespace', namespace]);
    const [, patch] = /--patch '([^']+)'/.exec(log) ?? [];
    kubectl(['patch', 'service', 'past', '--namespace', namespace, '--type=json', '--patch', patch ?? '']);
    await until('the patch has mended it', 60, () => nodeIn(namespace, 'stranger', forged).stdout === '403');
    await until('helm test ends well again', 120, () => proof().includes('All as promised.'));
  });

  test('a second name of the guarded number is refused', () => {
    const ports = [
      { name: 'http', containerPort: 3000 },
      { name: 'web', containerPort: 3000 },
    ];
    const { containers } = pod(namespace, { name: 'two-names' }).spec as { containers: readonly object[] };
    const ran = tryKubectl(
      ['create', '-f', '-'],
      pod(namespace, { name: 'two-names' }, { containers: [{ ...containers[0], ports }] }),
    );
    expect(ran.stderr).toMatch(/hookgate cannot guard this pod: .*a second name/);
  });

  test('a Service that comes after its pod is told within the interval, until it is gone', async () => {
    kubectl(['apply', '-f', '-'], serviceOf(namespace, 'later', 'guarded', 3000));
    const said = () =>
      find(namespace, ['events'], '{.items[?(@.reason=="BypassedByService")].message}').includes(
        `kubectl --namespace ${namespace} patch service later`,
      );
    const seconds = await until('the pod has the event', 20, said);
    console.log(`mode ${mode}: the event came ${seconds} s after the Service, with a look every 2 s`);
    const of = find(namespace, ['events'], '{.items[?(@.reason=="BypassedByService")].involvedObject.name}');
    expect(new Set(of.split(' '))).toEqual(new Set(['guarded']));
    const series = `${pastGate}{guarded_namespace="${namespace}",service="later",port="80"} 1`;
    // Every replica looks, and the event may be another one's.
    await until('the metric tells it', 20, () => metricOf(namespace, mode, pastGate).includes(series));
    kubectl(['delete', 'service', 'later', '--namespace', namespace]);
    await until('the metric is back to nothing', 20, () => metricOf(namespace, mode, pastGate) === '');
  });

  if (mode === 'policy') {
    test('the lookout takes little memory, may do little, and the commands of the runbook for it work', () => {
      const read = `
        const { existsSync, readFileSync } = await import('node:fs');
        const at = '/sys/fs/cgroup/', v1 = 'memory/memory.usage_in_bytes';
        const bytes = Number(readFileSync(at + (existsSync(at + v1) ? v1 : 'memory.current'), 'utf8'));
        const resident = Number(/VmRSS:\\s*(\\d+)/.exec(readFileSync('/proc/1/status', 'utf8'))[1]) * 1024;
        process.stdout.write(JSON.stringify({ bytes, resident }));`;
      const memory = JSON.parse(nodeIn(namespace, lookers.policy, read).stdout) as Record<string, number>;
      const inMiB = Object.entries(memory).map(
        ([name, bytes]) => `${name} ${(bytes / 2 ** 20).toFixed(1)} MiB`,
      );
      console.log(`lookout, with the process that asks: ${inMiB.join(', ')}`);
      const account = `system:serviceaccount:${namespace}:${release}-lookout`;
      const may = (...what: string[]) =>
        tryKubectl(['auth', 'can-i', ...what, '--namespace', namespace, '--as', account]).stdout.trim();
      expect(may('list', 'pods')).toBe('yes');
      for (const verb of ['get', 'patch', 'update', 'delete']) expect(may(verb, 'pods'), verb).toBe('no');
      expect(may('list', 'secrets')).toBe('no');
      const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
      const blocks = blocksOf(runbook).filter(({ info }) => info === 'lookout');
      expect(blocks).toHaveLength(1);
      for (const { text } of blocks) createShell({ NAMESPACE: namespace }).run(text);
    });
  }

  if (mode === 'webhook') {
    test('whoever applies the workload is told, and so is who looks at the pod', async () => {
      kubectl(['apply', '-f', '-'], service(namespace, 'late', 3000));
      const applied = tryKubectl(['apply', '-f', '-'], deployment(namespace, 'late', 1));
      expect(applied.stderr).toContain('Warning: Service late port 80 leads past hookgate');
      waitForReady(namespace, 'app=late');
      const { metadata } = podOf(namespace, 'app=late');
      expect(
        find(namespace, ['pod', metadata.name], '{.metadata.annotations.hookgate\\.io/bypassed-by}'),
      ).toBe('late:80');
      const check = tryKubectl([
        ...['exec', '--namespace', namespace, metadata.name, '--container', 'hookgate', '--'],
        ...[
          '/nodejs/bin/node',
          '/app/hookgate.js',
          'check',
          '--config',
          '/etc/hookgate/config/hookgate.yaml',
        ],
      ]);
      expect(check.stdout).toMatch(/failed +bypass +Service late:80 led past this gate/);
      kubectl(['delete', 'deployment,service', 'late', '--namespace', namespace]);
    });
  }
});

test.each([
  ['webhook', 'webhook'],
  ['webhook', 'policy'],
  ['policy', 'policy'],
] as const)('beside a first team with mode %s stands a second with mode %s', async (firstMode, mode) => {
  const first = await createSidecarPlace();
  const second = await createSidecarPlace();
  try {
    await first.install([`injector.mode=${firstMode}`, often]);
    await second.install([`injector.mode=${mode}`, often]);
    for (const { namespace } of [first, second]) {
      apply([pod(namespace, { name: 'own' }), serviceOf(namespace, 'past', 'own', 3000)]);
      waitForReady(namespace, 'app=own');
      const image = find(namespace, ['pod', 'own'], '{.spec.initContainers[0].name}');
      expect(image).toBe('hookgate');
    }
    const rivals = () =>
      kubectl(['logs', '--namespace', first.namespace, lookers[firstMode]]).includes(second.clusterName);
    // Each tells of its own pods, and of nobody else's.
    for (const [{ namespace }, itsMode] of [
      [first, firstMode],
      [second, mode],
    ] as const) {
      const told = () => metricOf(namespace, itsMode, pastGate);
      await until('its own pod is told', 20, () => told() !== '');
      expect(told()).toBe(`${pastGate}{guarded_namespace="${namespace}",service="past",port="80"} 1`);
    }
    expect(rivals()).toBe(false);

    // Now it selects the first team's namespace as well.
    const both = 'injector.namespaceSelector.matchExpressions[0]';
    await second.install([
      `injector.mode=${mode}`,
      often,
      `sidecar.namespaces={${first.namespace}}`,
      'fullnameOverride=second',
      `${both}.key=kubernetes.io/metadata.name`,
      `${both}.operator=In`,
      `${both}.values={${first.namespace},${second.namespace}}`,
    ]);
    await until('the first says so', 150, () =>
      kubectl(['logs', '--namespace', first.namespace, lookers[firstMode]]).includes(
        `${second.namespace}-second`,
      ),
    );
    // A pod that names one has that one.
    for (const [name, config] of [
      [`${first.namespace}.hookgate`, 'hookgate-sidecar'],
      [`${second.namespace}.second`, 'second-sidecar'],
    ] as const) {
      const made = kubectl(
        [
          'create',
          '-f',
          '-',
          '--dry-run=server',
          '--output',
          'jsonpath={.spec.volumes[?(@.name=="hookgate-config")].configMap.name}',
        ],
        pod(first.namespace, { generateName: 'named-' }, { labels: { 'hookgate.io/injector': name } }),
      );
      expect(made).toBe(config);
    }
  } finally {
    second.remove();
    first.remove();
  }
});

test.each(['webhook', 'policy'])(
  'what outlived its release (mode %s) goes by the command of the runbook',
  async (mode) => {
    const place = await createSidecarPlace();
    try {
      await place.install([`injector.mode=${mode}`]);
      kubectl(['delete', 'namespace', place.namespace, '--timeout=120s']);
      const left = () =>
        kubectl([
          'get',
          'validatingadmissionpolicies,clusterroles,mutatingwebhookconfigurations',
          '--output',
          'name',
        ]);
      expect(left()).toContain(place.clusterName);
      const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
      const [block] = blocksOf(runbook).filter(({ info }) => info === 'leftovers');
      createShell({ NAMESPACE: place.namespace }).run(block?.text ?? 'false');
      expect(left()).not.toContain(place.clusterName);
    } finally {
      // Gone already, where all went well; `remove` would say so and hide why not.
      kubectl(['delete', 'namespace', place.namespace, '--ignore-not-found']);
    }
  },
);

test.each(modes)('helm uninstall leaves nothing of its release (mode %s)', async (mode) => {
  const place = await createSidecarPlace();
  try {
    const { namespace, clusterName } = place;
    await place.install([`injector.mode=${mode}`]);
    const kinds = (...args: string[]) =>
      kubectl(['api-resources', '--verbs=list', '--output=name', ...args])
        .split('\n')
        .filter(Boolean)
        .join();
    const own = ['--namespace', namespace, '--selector', `app.kubernetes.io/instance=${release}`];
    const left = () =>
      [
        ...kubectl(['get', kinds('--namespaced'), ...own, '--output', 'name']).split('\n'),
        ...kubectl(['get', clusterKinds, '--output', 'name'])
          .split('\n')
          .filter((name) => name.includes(clusterName)),
      ].filter(Boolean);
    expect(left().length).toBeGreaterThan(10);
    place.uninstall();
    // What a Deployment made goes after it.
    await until(`nothing is left: ${left()}`, 60, () => left().length === 0);
  } finally {
    place.remove();
  }
});

/** A Service of that name for the pods of `app`. */
function serviceOf(namespace: string, name: string, app: string, targetPort: string | number) {
  return {
    ...service(namespace, name),
    spec: { selector: { app }, ports: [{ port: 80, targetPort }] },
  };
}

/** What `helm test` says, with the log of its pod; also where it fails. */
function tryHelmTest(namespace: string): string {
  try {
    return helm(['test', release, '--namespace', namespace, '--logs']);
  } catch (error) {
    return String(error);
  }
}
