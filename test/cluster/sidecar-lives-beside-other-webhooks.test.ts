import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, kubectl, tryKubectl, until } from './support/cluster.ts';
import { addOtherWebhook, meshWith, mirror, type OtherWebhook } from './support/sidecar-others.ts';
import { createSidecarPlace, type SidecarPlace } from './support/sidecar-place.ts';
import { pod, type TemplateParts } from './support/sidecar-workloads.ts';

let place: SidecarPlace;
let namespace: string;
const others: OtherWebhook[] = [];
const named = `dyn({'name': dyn('http'), 'containerPort': dyn(15006)})`;
const renamed = `dyn({'name': dyn('http-app'), 'containerPort': dyn(15007)})`;

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
  others.push(addOtherWebhook(namespace, 'mirror', mirror));
  others.push(addOtherWebhook(namespace, 'mesh-name', meshWith(named)));
  others.push(addOtherWebhook(namespace, 'mesh-names', meshWith(`${named}, ${renamed}`)));
  others.push(addOtherWebhook(namespace, 'mesh-number', meshWith(`dyn({'containerPort': dyn(3000)})`)));
});
afterAll(() => {
  for (const other of others) other.remove();
  place?.remove();
});

describe.each(['webhook', 'policy'])('injector.mode %s', (mode) => {
  beforeAll(async () => {
    place.uninstall();
    await place.install([`injector.mode=${mode}`, 'sidecar.imagePullSecrets[0].name=registry']);
    await until('the others act', 30, () =>
      create({ labels: { mirror: 'yes' } }).stdout.includes('mirror.internal'),
    );
  });

  test("a mirror's image stays in the sidecar", () => {
    const made = create({ labels: { mirror: 'yes' } });
    expect(made.status, made.stderr).toBe(0);
    const { spec } = JSON.parse(made.stdout) as {
      spec: { initContainers: { name: string; image: string }[] };
    };
    expect(spec.initContainers.map(({ image }) => image)).toEqual([
      expect.stringMatching(/^mirror\.internal\/cache\/.*hookgate:/),
    ]);
  });

  test.each([
    ['the name of the port', 'mesh-name'],
    ['the name of the port, and the one that the application has now', 'mesh-names'],
    ['the number of the port', 'mesh-number'],
  ])('a container that is added later with %s is refused, and never guarded', (_what, label) => {
    const { status, stderr } = create({ labels: { [label]: 'yes' } });
    expect(status).toBe(1);
    expect(stderr).toMatch(/hookgate cannot guard this pod: .*(http|3000).*Leave the port to one container/);
  });

  test('guarded pods get the pull secrets of the chart beside their own', () => {
    const made = create({ spec: { imagePullSecrets: [{ name: 'own' }] } });
    const { spec } = JSON.parse(made.stdout) as { spec: { imagePullSecrets: object[] } };
    expect(spec.imagePullSecrets).toEqual([{ name: 'own' }, { name: 'registry' }]);
  });

  test('annotations give the sidecar other resources', () => {
    const made = create({
      annotations: { 'hookgate.io/memory-limit': '200Mi', 'hookgate.io/cpu-request': '20m' },
    });
    const { spec } = JSON.parse(made.stdout) as { spec: { initContainers: { resources: object }[] } };
    expect(spec.initContainers[0]?.resources).toEqual({
      requests: { cpu: '20m', memory: '96Mi' },
      limits: { cpu: '1', memory: '200Mi' },
    });
    expect(create({ annotations: { 'hookgate.io/memory-limit': 'much' } }).stderr).toMatch(/memory-limit/);
  });

  test('resources of the whole pod that have no room for it are the reason that is told', () => {
    const resources = { requests: { cpu: '30m', memory: '70Mi' }, limits: { cpu: '1', memory: '300Mi' } };
    expect(create({ spec: { resources } }).stderr).toMatch(
      /hookgate cannot guard this pod: .*spec\.resources/,
    );
  });
});

describe('limits of the namespace, where the injector has no server: the sentences of docs/injector.md', () => {
  beforeAll(async () => {
    place.uninstall();
    await place.install(['injector.mode=policy']);
  });

  test.each([
    ['LimitRange', { limits: [{ type: 'Container', max: { memory: '220Mi' } }] }],
    ['ResourceQuota', { hard: { 'limits.memory': '300Mi' } }],
  ])('%s', async (kind, spec) => {
    const page = readFileSync(new URL('../../docs/injector.md', import.meta.url), 'utf8');
    const [, sentence = 'nothing on the page'] = new RegExp(`^  - ${kind}: \`(.*?)\`$`, 'm').exec(page) ?? [];
    const pattern = new RegExp(sentence.replace(/[[\].]/g, '\\$&').replace(/\d+Mi/g, '\\d+Mi'));
    apply([{ apiVersion: 'v1', kind, metadata: { name: 'small', namespace }, spec }]);
    await until(`it is in force: ${sentence}`, 30, () => pattern.test(create({}).stderr));
    kubectl(['delete', kind, 'small', '--namespace', namespace]);
  });
});

describe('limits of the namespace, where the injector has a server', () => {
  beforeAll(async () => {
    place.uninstall();
    await place.install();
  });

  test('a LimitRange that the sidecar does not keep to is told with its name, and at once', async () => {
    const limits = [{ type: 'Container', max: { memory: '220Mi', cpu: '2' } }];
    const range = {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'small', namespace },
      spec: { limits },
    };
    apply([range]);
    const bounded = { requests: { cpu: '20m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } };
    const { spec } = pod(namespace, { generateName: 'pod-' });
    const containers = spec.containers.map((one) => ({ ...one, resources: bounded }));
    const told = /LimitRange small allows a container 220Mi memory, and the sidecar has a limit of 256Mi/;
    await until('the range is in force', 30, () => told.test(create({ containers }).stderr));
    expect(create({ containers, annotations: { 'hookgate.io/memory-limit': '200Mi' } }).status).toBe(0);
    kubectl(['delete', 'limitrange', 'small', '--namespace', namespace]);
  });

  test('a quota that has no room for the sidecar is told with its name', async () => {
    const spec = { hard: { 'limits.memory': '300Mi' } };
    apply([{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'tiny', namespace }, spec }]);
    // The sender and the others of the namespace use more already: this quota is full for everybody.
    await until('the quota is counted', 30, () => create({}).status === 1);
    kubectl([
      'patch',
      'resourcequota',
      'tiny',
      '--namespace',
      namespace,
      '--type=merge',
      '--patch',
      '{"spec":{"hard":{"limits.memory":"0"}}}',
    ]);
    const used = kubectl([
      'get',
      'resourcequota',
      'tiny',
      '--namespace',
      namespace,
      '--output',
      'jsonpath={.status.used.limits\\.memory}',
    ]);
    const mebibytes = Number(used.replace(/Mi$/, '')) * (used.endsWith('Gi') ? 1024 : 1);
    const hard = `${mebibytes + 300}Mi`;
    kubectl([
      'patch',
      'resourcequota',
      'tiny',
      '--namespace',
      namespace,
      '--type=merge',
      '--patch',
      JSON.stringify({ spec: { hard: { 'limits.memory': hard } } }),
    ]);
    await until('its name is told', 30, () =>
      /ResourceQuota tiny leaves 300Mi of limits.memory, and this pod needs 512Mi, of which the sidecar 256Mi/.test(
        create({}).stderr,
      ),
    );
    kubectl(['delete', 'resourcequota', 'tiny', '--namespace', namespace]);
  });
});

function create(parts: TemplateParts) {
  return tryKubectl(
    ['create', '-f', '-', '--dry-run=server', '--output', 'json'],
    pod(namespace, { generateName: 'pod-' }, parts),
  );
}
