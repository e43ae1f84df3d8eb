import { expect, test } from 'vitest';
import { type Manifest, manifests, render } from '../support/helm.ts';

/** Read once, at the start: a pod that is not replaced goes on by the settings that it began with. */
const read = (extra: readonly string[] = []) => {
  const own = manifests(render('sidecar', extra)).filter(
    ({ metadata }) => metadata.name === 'hookgate-injector',
  );
  const find = (kind: string) => own.find((one) => one.kind === kind) as Manifest;
  return {
    files: JSON.stringify(find('ConfigMap').data),
    template: JSON.stringify((find('Deployment').spec as { template: unknown }).template),
  };
};

test.each([
  'upstream.timeout=40s',
  'drain.delay=9s',
  'log.level=debug',
  'imagePullSecrets[0].name=registry',
  'routes[0].upstream.timeout=50s',
])('--set %s changes its files, and so its pods', (setting) => {
  const [path] = setting.startsWith('routes') ? [['--set', 'routes[0].path=/hooks']] : [[]];
  const [before, after] = [read(path), read([...(path ?? []), '--set', setting])];
  expect(after.files).not.toBe(before.files);
  expect(after.template).not.toBe(before.template);
});

test('another address of the sender changes neither', () => {
  expect(read(['--set', 'allowlist.addresses={203.0.113.9}'])).toEqual(read());
});
