import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kubectl, tryKubectl, until } from './support/cluster.ts';
import { blocksOf, createShell } from './support/page-blocks.ts';
import { clusterKinds, createSidecarPlace, release } from './support/sidecar-place.ts';
import { pod } from './support/sidecar-workloads.ts';

test.each([
  ['webhook', 'failed calling webhook'],
  ['policy', 'hookgate'],
])(
  'what outlived its release (mode %s) acts as the runbook says, and goes by its command',
  async (mode, answer) => {
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
      kubectl(['create', 'namespace', place.namespace]);
      kubectl(['wait', '--for=create', 'serviceaccount/default', '--namespace', place.namespace]);
      const path = 'jsonpath={.spec.initContainers[*].name}';
      const made = tryKubectl(
        ['create', '-f', '-', '--dry-run=server', '--output', path],
        pod(place.namespace, { name: 'late' }),
      );
      expect(made.stdout + made.stderr).toContain(answer);
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

test.each(['webhook', 'policy'])('helm uninstall leaves nothing of its release (mode %s)', async (mode) => {
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
