import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { helmsAtHand } from '../setup/install-helm.ts';
import { chart, helm, type Manifest, manifests, render } from '../support/helm.ts';

const json = (values: object) =>
  Object.entries(values).flatMap(([name, value]) => ['--set-json', `${name}=${JSON.stringify(value)}`]);
const valkey = (memory: string | number) =>
  json({ 'valkey.resources.requests.memory': '64Mi', 'valkey.resources.limits.memory': memory });

test.each([
  ['512Mi', 402_653_184],
  [536_870_912, 402_653_184],
  ['1Ti', 824_633_720_832],
  ['1e9', 750_000_000],
  ['+0.5Gi', 402_653_184],
])('of a memory limit of %s Valkey uses three quarters', (memory, bytes) => {
  expect(render('valkey', valkey(memory))).toContain(`--maxmemory ${bytes}\n`);
});

test.each([
  ['0.05', '500m', '98304Ki', '101M'],
  [1, 1, 268_435_456, '256Mi'],
  ['.5', '1.', '1e3', '1E'],
  ['1000u', '1m', '128974848', '129e6'],
])('quantities in every spelling of Kubernetes are taken: %s %s %s %s', (low, high, few, many) => {
  const resources = { requests: { cpu: low, memory: few }, limits: { cpu: high, memory: many } };
  for (const at of ['resources', 'sidecar.resources', 'injector.resources'])
    expect(() => render('sidecar', json({ [at]: resources }))).not.toThrow();
});

/** The API server writes them into the list, which Argo CD compares as a whole. */
test("the claim of a StatefulSet has its kind, as the API server's copy has", () => {
  expect(manifests(render('valkey')).find(({ kind }) => kind === 'StatefulSet')).toMatchObject({
    spec: { volumeClaimTemplates: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }] },
  });
});

test('an entry of a Secret keeps its name, also where YAML reads a number or a truth value', () => {
  const names = ['on', 'no', '007', '1e3', '0x10', 'live'];
  const given = Object.fromEntries(names.map((name) => [name, 'id']));
  const rendered = render('minimal', [
    '--set',
    'keys.existingSecret=',
    ...json({ 'keys.values': given, 'routes[0]': { path: '/a', keys: { values: given } } }),
    '--set-json',
    'routes[1]={"path":"/b"}',
  ]);
  const secrets = manifests(rendered).filter(({ kind }) => kind === 'Secret');
  expect(secrets).toHaveLength(2);
  for (const { data } of secrets) expect(Object.keys(data as object).toSorted()).toEqual(names.toSorted());
});

const named = (values: string, release: string, namespace: string, extra: readonly string[] = []) => {
  const where = ['template', release, chart, '--namespace', namespace, '--kube-version', '1.36.0'];
  const run = helm([...where, '-f', `${chart}/ci/${values}.yaml`, ...extra]);
  expect(run.status, run.stderr).toBe(0);
  return manifests(run.stdout);
};

test.each(['monitoring', 'ingress-nginx', 'sidecar', 'sidecar-policy', 'valkey'])(
  'a namespace called no and a release called 123 are texts: %s',
  (values) => {
    const own = values.startsWith('sidecar') ? ['--set-json', 'sidecar.namespaces=["y","456"]'] : [];
    const objects = named(values, '123', 'no', ['--set', 'fullnameOverride=gate', ...own]);
    const found = objects.flatMap((one) => textsUnder(one, ['namespace', 'app.kubernetes.io/instance']));
    expect(found.filter((text) => typeof text !== 'string')).toEqual([]);
    expect(new Set(found)).toEqual(new Set(['no', '123', ...(own.length > 0 ? ['y', '456'] : [])]));
    for (const { data } of objects) {
      const settings = (data as Record<string, string> | undefined)?.['inject.yaml'];
      if (settings !== undefined && values === 'sidecar')
        expect(parse(settings)).toMatchObject({ kubernetes: { namespace: 'no' } });
    }
  },
);

test.each(['valkey', 'sidecar', 'monitoring'])(
  'a release with the longest name has names that fit: %s',
  (values) => {
    const objects = named(values, `${'a'.repeat(26)}-${'b'.repeat(26)}`, 'shop');
    const tooLong = (kind: string, most: number) =>
      objects.filter((one) => one.kind === kind && one.metadata.name.length > most).map(nameOf);
    expect(tooLong('Service', 63)).toEqual([]);
    // Its pods have the label controller-revision-hash: the name, a hyphen and ten characters.
    expect(tooLong('StatefulSet', 52)).toEqual([]);
    const [valkeyService] = objects.filter(
      ({ kind, metadata }) => kind === 'Service' && metadata.name.endsWith('-valkey'),
    );
    if (valkeyService !== undefined)
      expect(JSON.stringify(objects)).toContain(`redis://${valkeyService.metadata.name}.shop.svc:6379`);
  },
);

test.each(helmsAtHand())(
  'a parent chart may switch it by the condition hookgate.enabled, with Helm %d',
  (major) => {
    const standing = [
      'template',
      'hookgate',
      chart,
      '--kube-version',
      '1.36.0',
      '-f',
      `${chart}/ci/minimal.yaml`,
    ];
    expect(helm([...standing, '--set', 'enabled=true'], major).status).toBe(0);
    // Nobody reads it here, so that it must not look as if somebody did.
    expect(helm([...standing, '--set', 'enabled=false'], major).stderr).toContain("'/enabled'");
  },
);

const nameOf = ({ kind, metadata }: Manifest) => `${kind}/${metadata.name}`;

/** What stands under these keys, anywhere in an object. */
function textsUnder(value: unknown, keys: readonly string[]): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    keys.includes(key) ? [item] : textsUnder(item, keys),
  );
}
