import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, find, helm, kubectl, nodeIn, tryKubectl, until } from './support/cluster.ts';
import { blocksOf, createShell } from './support/page-blocks.ts';
import { createSidecarPlace, release, type SidecarPlace } from './support/sidecar-place.ts';
import { podOf, waitForReady } from './support/sidecar-pods.ts';
import { deployment, pod, service } from './support/sidecar-workloads.ts';

describe.each(['webhook', 'policy'] as const)('injector.mode %s', (mode) => {
  let place: SidecarPlace;
  let namespace: string;

  beforeAll(async () => {
    place = await createSidecarPlace();
    ({ namespace } = place);
    await place.install([`injector.mode=${mode}`]);
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
    const past = (targetPort: string | number) => ({
      ...service(namespace, 'past', targetPort),
      spec: { selector: { app: 'guarded' }, ports: [{ port: 80, targetPort }] },
    });
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
      await until('the pod has the event', 150, () =>
        find(namespace, ['events'], '{.items[?(@.reason=="BypassedByService")].message}').includes(
          'Service late port 80',
        ),
      );
      const metrics = kubectl([
        ...[
          'exec',
          '--namespace',
          namespace,
          `deployment/${release}-injector`,
          '--',
          '/nodejs/bin/node',
          '-e',
        ],
        `fetch('http://127.0.0.1:9090/metrics').then((a) => a.text()).then(console.log)`,
      ]);
      expect(metrics).toContain(
        `hookgate_service_past_gate_pods{guarded_namespace="${namespace}",service="late",port="80"} 1`,
      );
      kubectl(['delete', 'deployment,service', 'late', '--namespace', namespace]);
    });
  }
});

test.each(['webhook', 'policy'])('a second team with mode %s stands beside the first', async (mode) => {
  const first = await createSidecarPlace();
  const second = await createSidecarPlace();
  try {
    await first.install(['injector.mode=webhook']);
    await second.install([`injector.mode=${mode}`]);
    for (const { namespace } of [first, second]) {
      apply([pod(namespace, { name: 'own' })]);
      waitForReady(namespace, 'app=own');
      const image = find(namespace, ['pod', 'own'], '{.spec.initContainers[0].name}');
      expect(image).toBe('hookgate');
    }
    const rivals = () =>
      kubectl(['logs', '--namespace', first.namespace, `deployment/${release}-injector`]).includes(
        second.clusterName,
      );
    expect(rivals()).toBe(false);

    // Now it selects the first team's namespace as well.
    const both = 'injector.namespaceSelector.matchExpressions[0]';
    await second.install([
      `injector.mode=${mode}`,
      `sidecar.namespaces={${first.namespace}}`,
      'fullnameOverride=second',
      `${both}.key=kubernetes.io/metadata.name`,
      `${both}.operator=In`,
      `${both}.values={${first.namespace},${second.namespace}}`,
    ]);
    await until('the first says so', 150, () =>
      kubectl(['logs', '--namespace', first.namespace, `deployment/${release}-injector`]).includes(
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

/** What `helm test` says, with the log of its pod; also where it fails. */
function tryHelmTest(namespace: string): string {
  try {
    return helm(['test', release, '--namespace', namespace, '--logs']);
  } catch (error) {
    return String(error);
  }
}
