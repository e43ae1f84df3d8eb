import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { manifests, render, valuesFiles } from '../support/helm.ts';

/** Helm and kubectl take the last of two equal keys; kustomize, through which GitOps tools lead charts, refuses them. */
function keysTwice(rendered: string): readonly string[] {
  return parseAllDocuments(rendered, { version: '1.1' }).flatMap(({ errors }) =>
    errors.map(({ message }) => message),
  );
}

const labels = ['commonLabels', 'podLabels', 'serviceMonitor.labels', 'podMonitor.labels'];
const overlapping = [
  ...[...labels, 'prometheusRule.labels', 'dashboard.labels'].map((map) => `${map}.team=${map}`),
  'podAnnotations.checksum/config=mine',
  'injector.podAnnotations.checksum/config=mine',
].flatMap((value) => ['--set', value]);

test.each(valuesFiles)('labels and annotations of one name, given in several places: %s', (values) => {
  const monitors = ['serviceMonitor', 'podMonitor', 'prometheusRule', 'dashboard'];
  const all = monitors.flatMap((name) => ['--set', `${name}.enabled=true`]);
  expect(keysTwice(render(values))).toEqual([]);
  expect(keysTwice(render(values, [...all, ...overlapping]))).toEqual([]);
});

test('the nearer one is in force, and the annotation that rolls the pods is the chart’s', () => {
  const objects = manifests(render('monitoring', overlapping));
  const of = (kind: string) => objects.find((one) => one.kind === kind);
  for (const [kind, map] of [
    ['Service', 'commonLabels'],
    ['ServiceMonitor', 'serviceMonitor.labels'],
    ['PrometheusRule', 'prometheusRule.labels'],
  ] as const)
    expect(of(kind)?.metadata, kind).toMatchObject({ labels: { team: map } });
  const { metadata } = (of('Deployment') as unknown as { spec: { template: { metadata: object } } }).spec
    .template;
  expect(metadata).toMatchObject({ labels: { team: 'podLabels' } });
  expect(metadata).not.toMatchObject({ annotations: { 'checksum/config': 'mine' } });
});

test('a nearer one that is empty is in force as well', () => {
  const empty = ['podLabels', 'serviceMonitor.labels'].flatMap((map) => ['--set', `${map}.team=`]);
  const objects = manifests(render('monitoring', ['--set', 'commonLabels.team=all', ...empty]));
  const of = (kind: string) => objects.find((one) => one.kind === kind);
  expect(of('ServiceMonitor')?.metadata).toMatchObject({ labels: { team: '' } });
  expect(of('Deployment')).toMatchObject({ spec: { template: { metadata: { labels: { team: '' } } } } });
});

test('with a ConfigMap of one’s own the annotation is one’s own too', () => {
  const own = ['existingConfigMap=own', 'podAnnotations.checksum/config=mine'];
  const objects = manifests(
    render(
      'minimal',
      own.flatMap((value) => ['--set', value]),
    ),
  );
  expect(objects.find(({ kind }) => kind === 'Deployment')).toMatchObject({
    spec: { template: { metadata: { annotations: { 'checksum/config': 'mine' } } } },
  });
});
