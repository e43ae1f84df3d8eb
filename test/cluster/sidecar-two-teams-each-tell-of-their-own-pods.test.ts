/** Two teams, each with an injector of its own: each tells of its own pods, until one selects what the other does. */
import { expect, test } from 'vitest';
import { apply, find, kubectl, until } from './support/cluster.ts';
import { createSidecarPlace, lookers, metricOf, often, pastGate } from './support/sidecar-place.ts';
import { waitForReady } from './support/sidecar-pods.ts';
import { pod, serviceOf } from './support/sidecar-workloads.ts';

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
