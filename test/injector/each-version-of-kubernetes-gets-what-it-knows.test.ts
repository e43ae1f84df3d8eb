import { expect, test } from 'vitest';
import { featuresOf } from '../../src/injector/cluster-features.ts';
import type { ClusterFeatures } from '../../src/injector/inject-pod.ts';
import { endpointOf } from '../support/endpoint-lookup.ts';
import { manifests, template } from '../support/helm.ts';
import { injected, optedIn } from '../support/injection.ts';

const job = { spec: { restartPolicy: 'Never' } };
/** The list that the sidecar is in. */
function placeIn(version: string, parts = {}): string {
  const { spec } = injected(optedIn(parts), featuresOf(version) as ClusterFeatures);
  return spec.initContainers?.some(({ name }) => name === 'hookgate') ? 'native' : 'ordinary';
}

test.each([
  ['v1.28.15', 'ordinary', 'ordinary', false],
  ['v1.29.0', 'ordinary', 'native', false],
  ['v1.30.0', 'ordinary', 'native', true],
  ['v1.32.11', 'ordinary', 'native', true],
  ['v1.33.0', 'native', 'native', true],
  ['v1.36.3', 'native', 'native', true],
  ['1.33+', 'native', 'native', true],
  ['v1.32.4-gke.1353000', 'ordinary', 'native', true],
  ['v1.33.1-eks-595af52', 'native', 'native', true],
])('%s: %s in a Deployment, %s in a Job, sleep before the end: %s', (version, deployment, ofJob, sleeps) => {
  expect(placeIn(version)).toBe(deployment);
  expect(placeIn(version, job)).toBe(ofJob);
  const pod = injected(optedIn(), featuresOf(version) as ClusterFeatures);
  const app = pod.spec.containers.find(({ name }) => name === 'app');
  expect(app?.lifecycle?.preStop !== undefined).toBe(sleeps);
  expect(endpointOf(pod, 'http')?.container).toBe('hookgate');
});

test('a version that cannot be read allows nothing by itself', () => {
  expect(featuresOf('')).toBeUndefined();
  expect(featuresOf('v2.0.0')).toBeUndefined();
});

const sidecar = ['-f', new URL('../../charts/hookgate/ci/sidecar.yaml', import.meta.url).pathname];
const policy = [...sidecar, '--set', 'injector.mode=policy'];
const kindsFor = (version: string, values: readonly string[]) => {
  const rendered = template([...values, '--kube-version', version]);
  if (rendered.status !== 0) throw new Error(rendered.stderr);
  return manifests(rendered.stdout).map(({ kind }) => kind);
};

test('the backstop is there from 1.30 on', () => {
  expect(kindsFor('1.29.14', sidecar)).not.toContain('ValidatingAdmissionPolicy');
  expect(kindsFor('1.30.0', sidecar)).toContain('ValidatingAdmissionPolicy');
});

test('the policy is refused below 1.36, with the remedy', () => {
  expect(() => kindsFor('1.35.9', policy)).toThrow('Set injector.mode=webhook');
  expect(kindsFor('1.36.0', policy)).toContain('MutatingAdmissionPolicy');
});
