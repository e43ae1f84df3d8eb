import { expect, test } from 'vitest';
import type { Pod } from '../../src/injector/pod.ts';
import { endpointOf } from '../support/endpoint-lookup.ts';
import {
  containerOf,
  injected,
  injection,
  kubernetes129,
  optedIn,
  sidecarTemplate,
  today,
} from '../support/injection.ts';

const withProbes = optedIn({
  container: { readinessProbe: { httpGet: { port: 'http' } }, env: [{ name: 'A', value: 'b' }] },
  spec: { initContainers: [{ name: 'migrate' }], volumes: [{ name: 'data', emptyDir: {} }] },
});
const moving = optedIn({
  annotations: { 'hookgate.io/move-port': 'PORT=18080', 'hookgate.io/port': '3000' },
});

test.each([
  ['a plain pod', optedIn(), today],
  ['an ordinary container', optedIn(), kubernetes129],
  ['probes, init containers and volumes', withProbes, today],
  ['a moved application', moving, today],
  ['a moved application on an old cluster', moving, kubernetes129],
])('%s', (_what, pod, features) => {
  expect(injection(injected(pod, features), features)).toMatchObject({ kind: 'injected', patch: [] });
});

test('what the API server fills in is no difference', () => {
  const pod = structuredClone(injected(withProbes)) as unknown as {
    spec: { initContainers: Record<string, unknown>[]; volumes: object[] };
  };
  const sidecar = pod.spec.initContainers[1] as Record<string, unknown>;
  Object.assign(sidecar, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: { requests: { cpu: '0.05', memory: '98304Ki' }, limits: { cpu: 1, memory: '256Mi' } },
    readinessProbe: {
      httpGet: { path: '/readyz', port: 'hookgate-admin', scheme: 'HTTP' },
      periodSeconds: 2,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
    },
  });
  expect(injection(pod as unknown as Pod)).toMatchObject({ kind: 'injected', patch: [] });
});

test('a quantity with an exponent is the same quantity', () => {
  const pod = structuredClone(
    injected(
      optedIn({ annotations: { 'hookgate.io/memory-limit': '0.3e9', 'hookgate.io/cpu-limit': '1E0' } }),
    ),
  );
  const resources = { requests: { cpu: '50m', memory: '96Mi' }, limits: { cpu: '1e0', memory: '300e6' } };
  Object.assign(containerOf(pod, 'hookgate'), { terminationMessagePolicy: 'File', resources });
  expect(injection(pod)).toMatchObject({ kind: 'injected', patch: [] });
});

test.each([
  ['its image', { image: 'evil.example/other:1' }],
  ['its command', { command: ['sh'] }],
  ['a variable', { env: [{ name: 'HOOKGATE_CHECKSUM_MODE', value: 'observe' }] }],
  ['a default with another value', { terminationMessagePath: '/etc/hookgate/keys/primary' }],
  ['its upstream', { env: [{ name: 'HOOKGATE_UPSTREAM_URL', value: 'http://127.0.0.1:9' }] }],
])('a sidecar in which somebody changed %s is replaced by a genuine one', (_what, change) => {
  const genuine = injected(optedIn());
  const changed = structuredClone(genuine);
  Object.assign(changed.spec.initContainers?.[0] as object, change);
  // With another upstream nothing tells which port was renamed: then the pod is denied rather than believed.
  const result = injection(changed);
  if (result.kind === 'injected') expect(injected(changed)).toEqual(genuine);
  else expect(result).toMatchObject({ kind: 'denial', reason: 'port_not_found' });
});

test.each([
  ['an ordinary container', (pod: Pod, fake: object) => ({ containers: [...pod.spec.containers, fake] })],
  ['an init container', (_pod: Pod, fake: object) => ({ initContainers: [fake] })],
  [
    'a native sidecar',
    (_pod: Pod, fake: object) => ({ initContainers: [{ ...fake, restartPolicy: 'Always' }] }),
  ],
  [
    'two of them',
    (pod: Pod, fake: object) => ({
      containers: [...pod.spec.containers, fake],
      initContainers: [{ ...fake, restartPolicy: 'Always' }],
    }),
  ],
])('a pod that pretends to have a sidecar, as %s, gets the genuine one', (_what, place) => {
  const pod = optedIn();
  const fake = {
    name: 'hookgate',
    image: 'evil.example/nothing',
    ports: [{ name: 'http', containerPort: 1 }],
  };
  const result = injected({ ...pod, spec: { ...pod.spec, ...place(pod, fake) } } as Pod);
  expect(endpointOf(result, 'http')).toEqual({ container: 'hookgate', number: 28080 });
  expect(containerOf(result, 'hookgate').image).toBe(sidecarTemplate.container.image);
  expect(JSON.stringify(result)).not.toContain('evil');
});

test('a volume that takes the name of one of ours is replaced', () => {
  const spec = { volumes: [{ name: 'hookgate-config', configMap: { name: 'forged' } }] };
  expect(JSON.stringify(injected(optedIn({ spec })))).not.toContain('forged');
});

test('another injector that shuffles the containers changes nothing about the result', () => {
  const first = injected(withProbes);
  const shuffled = structuredClone(first);
  (shuffled.spec.initContainers as object[]).reverse();
  (shuffled.spec.containers as object[]).unshift({ name: 'mesh', image: 'mesh:1' });
  const again = injected(shuffled);
  expect(again).toEqual(shuffled);
  expect(endpointOf(again, 'http')).toEqual({ container: 'hookgate', number: 28080 });
});
