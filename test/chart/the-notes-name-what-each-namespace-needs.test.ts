import { expect, test } from 'vitest';
import { chart, helm } from '../support/helm.ts';

/** What is printed after an installation. */
function notes(values: string, extra: readonly string[] = []): string {
  const run = helm([
    'install',
    'hookgate',
    chart,
    '--namespace',
    'shop',
    '--dry-run=client',
    '-f',
    `${chart}/ci/${values}.yaml`,
    ...extra,
  ]);
  expect(run.status, run.stderr).toBe(0);
  return run.stdout.slice(run.stdout.indexOf('NOTES:'));
}

test('what the sidecar mounts and the chart does not make: the password and the authority of the store, a list', () => {
  const text = notes('sidecar', [
    '--set',
    'duplicates.redis.existingSecret=auth,duplicates.redis.url=rediss://x:6379,duplicates.redis.caConfigMap=authority',
    '--set-json',
    'allowlist={"mode":"enforce","addresses":[],"existingConfigMap":"list"}',
  ]);
  expect(text).toContain(
    'kubectl --namespace NAMESPACE get configmap/list secret/auth configmap/authority\n',
  );
});

test('nothing is named where there is nothing', () => {
  expect(notes('sidecar')).not.toContain('mounts these');
  expect(notes('sidecar-three-senders')).not.toContain('configmap/');
});
