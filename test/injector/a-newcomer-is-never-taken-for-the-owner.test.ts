import { expect, test } from 'vitest';
import type { Pod } from '../../src/injector/pod.ts';
import { endpointOf } from '../support/endpoint-lookup.ts';
import { containerOf, injected, injection, optedIn } from '../support/injection.ts';

/** As another webhook adds it after the first pass. */
const withNewcomer = (pod: Pod, newcomer: object, where: 'first' | 'last' | 'native' = 'last'): Pod => {
  const { containers, initContainers = [] } = pod.spec;
  const spec =
    where === 'native'
      ? { initContainers: [...initContainers, { ...newcomer, restartPolicy: 'Always' }] }
      : { containers: where === 'first' ? [newcomer, ...containers] : [...containers, newcomer] };
  return { ...pod, spec: { ...pod.spec, ...spec } } as Pod;
};
const named = { name: 'mesh', image: 'mesh:1', ports: [{ name: 'http', containerPort: 15006 }] };

test.each(['first', 'last', 'native'] as const)('a container with the name of the port, %s', (where) => {
  const result = injection(withNewcomer(injected(optedIn()), named, where));
  expect(result).toMatchObject({ kind: 'denial', reason: 'port_ambiguous' });
});

test('a container with the name, and with the one that the application has now', () => {
  const ports = [...named.ports, { name: 'http-app', containerPort: 15007 }];
  expect(injection(withNewcomer(injected(optedIn()), { ...named, ports }))).toMatchObject({
    kind: 'denial',
    reason: 'port_ambiguous',
  });
});

test('a container with the number', () => {
  const ports = [{ containerPort: 3000 }];
  expect(injection(withNewcomer(injected(optedIn()), { ...named, ports }))).toMatchObject({
    kind: 'denial',
    reason: 'port_ambiguous',
  });
});

test('a container with the number that a moved application has left', () => {
  const annotations = { 'hookgate.io/move-port': 'PORT=18080', 'hookgate.io/port': '3000' };
  const ports = [{ containerPort: 3000 }];
  expect(injection(withNewcomer(injected(optedIn({ annotations })), { ...named, ports }))).toMatchObject({
    kind: 'denial',
    reason: 'port_ambiguous',
  });
});

test('a container with the present name of the application only: both are left in peace', () => {
  const pod = withNewcomer(injected(optedIn()), {
    ...named,
    ports: [{ name: 'http-app', containerPort: 15007 }],
  });
  const again = injected(pod);
  expect(endpointOf(again, 'http')?.container).toBe('hookgate');
  expect(endpointOf(again, 'http-app')).toEqual({ container: 'mesh', number: 15007 });
});

test.each([
  'app http:3000=http-app:3001',
  'other http:3000=http-app:3000',
  'app web:3000=http-app:3000',
  'nonsense',
])('a record that does not fit the pod is no memory of it: %s', (record) => {
  const pod = injected(optedIn());
  const forged = { ...pod, metadata: { ...pod.metadata, annotations: { 'hookgate.io/guarded': record } } };
  const number = record.includes('web:') ? /port_not_found|annotation_invalid/ : /annotation_invalid/;
  const result = injection(forged as Pod);
  expect(result.kind === 'denial' ? result.reason : result.kind).toMatch(number);
});

test('a record without a sidecar is no proof: the pod is injected as any other', () => {
  const annotations = { 'hookgate.io/guarded': 'app http:3000=http-app:3000' };
  const pod = injected(optedIn({ annotations }));
  expect(endpointOf(pod, 'http')?.container).toBe('hookgate');
});

test("mirrors, pull policies and resources of others' webhooks are left in the sidecar", () => {
  const pod = structuredClone(injected(optedIn()));
  Object.assign(containerOf(pod, 'hookgate'), {
    image: 'mirror.internal/cache/registry.example/hookgate@sha256:abc',
    imagePullPolicy: 'Always',
    resources: { limits: { memory: '300Mi', 'ephemeral-storage': '1Gi' } },
  });
  expect(injection(pod)).toMatchObject({ kind: 'injected', patch: [] });
});

test("probes that a mesh sends to its own agent are left in the sidecar, and another's command is not", () => {
  const pod = structuredClone(injected(optedIn()));
  const readinessProbe = { httpGet: { path: '/app-health/hookgate/readyz', port: 15020, scheme: 'HTTP' } };
  Object.assign(containerOf(pod, 'hookgate'), { readinessProbe });
  expect(injection(pod)).toMatchObject({ kind: 'injected', patch: [] });
  Object.assign(containerOf(pod, 'hookgate'), { readinessProbe: { exec: { command: ['true'] } } });
  expect(containerOf(injected(pod), 'hookgate')).toEqual(containerOf(injected(optedIn()), 'hookgate'));
});

test.each([
  ['of this version', ':1', 'mirror.internal/cache/registry.example/hookgate:1'],
  ['of another version, as in a pod that is restored', ':0', undefined],
])(
  'a variable that somebody adds to the sidecar is taken out, and what others may change stays: an image %s',
  (_what, tag, image) => {
    const pod = structuredClone(injected(optedIn()));
    const sidecar = containerOf(pod, 'hookgate');
    const fresh = containerOf(injected(optedIn()), 'hookgate');
    const changed = {
      imagePullPolicy: 'Always',
      resources: { limits: { memory: '300Mi' } },
      readinessProbe: { httpGet: { path: '/app-health/hookgate/readyz', port: 15020, scheme: 'HTTP' } },
    };
    const env = [...(sidecar.env ?? []), { name: 'AWS_REGION', value: 'eu-central-1' }];
    Object.assign(sidecar, {
      ...changed,
      image: `mirror.internal/cache/registry.example/hookgate${tag}`,
      env,
    });
    expect(containerOf(injected(pod), 'hookgate')).toEqual({ ...fresh, ...changed, ...(image && { image }) });
  },
);
