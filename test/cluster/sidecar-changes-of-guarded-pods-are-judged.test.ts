import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubectl, type Ran, tryKubectl, until } from './support/cluster.ts';
import { createSidecarPlace, initContainersOf, type SidecarPlace } from './support/sidecar-place.ts';
import { waitForReady } from './support/sidecar-pods.ts';
import { applicationContainer, nodeContainer, pod } from './support/sidecar-workloads.ts';

let place: SidecarPlace;
let namespace: string;

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
});
afterAll(() => place?.remove());

describe.each(['webhook', 'policy'])('injector.mode %s', (mode) => {
  const name = `guarded-${mode}`;
  beforeAll(async () => {
    place.uninstall();
    await place.install([`injector.mode=${mode}`]);
    kubectl(['create', '-f', '-'], pod(namespace, { name }));
    waitForReady(namespace, `app=${name}`);
    await until(
      'changes are judged',
      30,
      () => change({ metadata: { labels: { 'hookgate.io/inject': null } } }).status !== 0,
    );
  });
  afterAll(() => void kubectl(['delete', 'pod', name, '--namespace', namespace, '--wait=false']));

  test.each(['', 'status'])('the label stays on, whether by the pod or by its %s', (subresource) => {
    for (const label of [null, 'false', 'yes']) {
      const { stderr } = change({ metadata: { labels: { 'hookgate.io/inject': label } } }, subresource);
      expect(stderr).toContain('hookgate refuses this change: the pod is guarded and runs');
    }
  });

  test("the sidecar's image stays", () => {
    const path = '/spec/initContainers/0/image';
    const { stderr } = patch('json', [{ op: 'replace', path, value: 'docker.io/library/hookgate:9' }]);
    expect(stderr).toContain('gives the sidecar of a guarded pod another image');
  });

  test("an ephemeral container gets none of the sidecar's volumes, and any other", () => {
    const { image, securityContext } = nodeContainer('debugger', '');
    const command = ['/nodejs/bin/node', '-e', '0'];
    const ephemeral = (one: object) => {
      const spec = { ephemeralContainers: [{ image, command, securityContext, ...one }] };
      return patch('strategic', { spec }, 'ephemeralcontainers');
    };
    const volumeMounts = [{ name: 'hookgate-keys', mountPath: '/keys' }];
    expect(ephemeral({ name: 'thief', volumeMounts }).stderr).toContain('mounts a volume of the sidecar');
    expect(ephemeral({ name: 'debugger' })).toMatchObject({ status: 0 });
  });

  test.each<[string, object, string?]>([
    ['another label', { metadata: { labels: { other: 'label' } } }],
    ['an annotation of ours', { metadata: { annotations: { 'hookgate.io/port': 'other' } } }],
    ['a finalizer', { metadata: { finalizers: ['hookgate.io/test'] } }],
    ['the finalizer again', { metadata: { finalizers: null } }],
    ['its status', { status: { message: 'busy' } }, 'status'],
  ])('%s changes as ever', (_what, content, subresource) => {
    expect(change(content, subresource)).toMatchObject({ status: 0 });
  });

  test('the application is resized, and gets another image, as ever', () => {
    const resources = { requests: { cpu: '21m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } };
    const spec = { containers: [{ name: 'app', resources }] };
    expect(patch('strategic', { spec }, 'resize')).toMatchObject({ status: 0 });
    const image = { spec: { containers: [{ name: 'app', image: `${applicationContainer().image}` }] } };
    expect(patch('strategic', image)).toMatchObject({ status: 0 });
  });

  function patch(type: string, content: object, subresource = ''): Ran {
    const at = subresource === '' ? [] : ['--subresource', subresource];
    return tryKubectl([
      'patch',
      'pod',
      name,
      '--namespace',
      namespace,
      ...at,
      '--type',
      type,
      '--patch',
      JSON.stringify(content),
    ]);
  }
  function change(content: object, subresource = ''): Ran {
    return patch('merge', content, subresource);
  }
});

test('a pod that another version made, which this one would refuse, is never wedged', async () => {
  place.uninstall();
  const old = nodeContainer('hookgate', 'setInterval(() => {}, 1e9)', {
    restartPolicy: 'Always',
    args: ['anything'],
  });
  const former = pod(namespace, { name: 'old' }, { spec: { initContainers: [old] } });
  // The policies of the release before it act for a moment after they are gone.
  await until('pods are made as they are written', 30, () => initContainersOf(former) === 'hookgate');
  kubectl(['create', '-f', '-'], former);
  await place.install();
  const patch = (content: object) =>
    tryKubectl([
      'patch',
      'pod',
      'old',
      '--namespace',
      namespace,
      '--type=merge',
      '--patch',
      JSON.stringify(content),
    ]);
  expect(patch({ metadata: { finalizers: ['hookgate.io/test'] } })).toMatchObject({ status: 0 });
  expect(patch({ metadata: { labels: { other: 'label' } } })).toMatchObject({ status: 0 });
  kubectl(['delete', 'pod', 'old', '--namespace', namespace, '--wait=false', '--grace-period=1']);
  expect(patch({ metadata: { finalizers: null } })).toMatchObject({ status: 0 });
  await until(
    'it is gone',
    60,
    () => tryKubectl(['get', 'pod', 'old', '--namespace', namespace]).status === 1,
  );
});
