import { expect, test } from 'vitest';
import { type Manifest, manifests, render } from '../support/helm.ts';

const monitored = ['--set', 'podMonitor.enabled=true'];
const policy = (...more: string[]) => manifests(render('sidecar-policy', [...monitored, ...more]));
const named = (objects: readonly Manifest[], part: string) =>
  objects
    .filter(({ metadata }) => metadata.name.includes(part))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

test('one pod, with metrics and rights of its own, and no way in', () => {
  expect(named(policy(), 'hookgate-lookout').sort()).toEqual([
    'ConfigMap hookgate-lookout',
    'Deployment hookgate-lookout',
    'PodMonitor hookgate-lookout',
    'ServiceAccount hookgate-lookout',
  ]);
  const kinds = policy().map(({ kind }) => kind);
  for (const kind of ['Service', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'])
    expect(kinds).not.toContain(kind);
});

test('its rights are to list, and to write events', () => {
  const rules = policy()
    .filter(({ kind, metadata }) => /Role$/.test(kind) && metadata.name.includes('hookgate-injector'))
    .flatMap((role) => role.rules as Rule[]);
  const rights = rules.flatMap(({ resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
  );
  expect([...new Set(rights)].sort()).toEqual([
    'create events',
    'list mutatingadmissionpolicies',
    'list mutatingwebhookconfigurations',
    'list namespaces',
    'list pods',
    'list services',
  ]);
});

test('it looks where the policy acts', () => {
  const text = render('sidecar-policy', [
    ...['--set', 'injector.lookInterval=30s'],
    ...['--show-only', 'templates/injector/lookout.yaml'],
  ]);
  expect(text).toContain('interval: 30s');
  expect(text).toContain('namespaces: "shop,billing"');
  expect(text).toContain('mutatingWebhook: shop-hookgate-injector');
});

test('without it nothing of it is left', () => {
  const objects = policy('--set', 'injector.lookout.enabled=false');
  expect(named(objects, 'hookgate-lookout')).toEqual([]);
  expect(objects.filter(({ kind }) => kind === 'Deployment')).toEqual([]);
  expect(named(objects, 'injector-watch')).toEqual([]);
});

test('where a server answers reviews, that one looks', () => {
  expect(named(manifests(render('sidecar', monitored)), 'hookgate-lookout')).toEqual([]);
});
