import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { helmsAtHand } from '../setup/install-helm.ts';
import { helm, manifests } from '../support/helm.ts';

test.each(helmsAtHand())('with Helm %d', (major) => {
  const charts = mkdtempSync(join(tmpdir(), 'hookgate-charts-'));
  onTestFinished(() => rmSync(charts, { recursive: true }));
  cpSync(new URL('../../charts', import.meta.url).pathname, charts, { recursive: true });
  const example = join(charts, 'examples/application');
  const update = helm(['dependency', 'update', example], major);
  expect(update.status, update.stderr).toBe(0);

  const addresses = ['--kube-version', '1.36.0', '--set', 'hookgate.allowlist.addresses={203.0.113.7}'];
  const run = helm(['template', 'shop', example, ...addresses], major);
  expect(run.status, run.stderr).toBe(0);
  const objects = manifests(run.stdout);
  expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).toSorted()).toEqual([
    'ConfigMap/shop-hookgate-allowlist',
    'ConfigMap/shop-hookgate-config',
    'Deployment/shop',
    'Service/shop',
  ]);
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as {
    spec: { template: { spec: { containers: { name: string; ports: { name?: string }[] }[] } } };
  };
  const owners = deployment.spec.template.spec.containers.filter(({ ports }) =>
    ports.some(({ name }) => name === 'hookgate'),
  );
  expect(owners.map(({ name }) => name)).toEqual(['hookgate']);

  // What the subchart cannot guess is refused in the same words there.
  const empty = helm(['template', 'shop', example, '--kube-version', '1.36.0'], major);
  expect(empty.stderr).toContain('allowlist.addresses is empty');
});
