/** The kinds that the cluster itself does not know, judged by the API server with their makers' own definitions. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Manifest, manifests, render, valuesFiles } from '../support/helm.ts';
import { requireProgram } from '../support/require-program.ts';
import { kubectl, tryKubectl } from './support/cluster.ts';

/** Go modules that hold the definitions, which their makers ship as YAML; exact on purpose. */
const sources = [
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    folder: 'example/prometheus-operator-crd',
    files: ['servicemonitors', 'podmonitors', 'prometheusrules'].map(
      (kind) => `monitoring.coreos.com_${kind}.yaml`,
    ),
  },
  {
    module: 'sigs.k8s.io/gateway-api@v1.4.0',
    folder: 'config/crd/standard',
    files: ['gateway.networking.k8s.io_httproutes.yaml'],
  },
  {
    module: 'github.com/cert-manager/cert-manager@v1.20.0',
    folder: 'deploy/crds',
    files: ['cert-manager.io_certificates.yaml', 'cert-manager.io_issuers.yaml'],
  },
];

const hasGo = requireProgram('go') !== undefined;
/** Those that were not in the cluster before. */
const added: string[] = [];

beforeAll(() => {
  if (!hasGo) return;
  const missing = sources
    .flatMap(filesOf)
    .filter((file) => tryKubectl(['get', 'crd', nameOf(file)]).status !== 0);
  if (missing.length === 0) return;
  added.push(...missing.map(nameOf));
  // Server-side: a definition is too long for the annotation that the other way leaves.
  kubectl(['apply', '--server-side', ...missing.flatMap((file) => ['--filename', file])]);
  kubectl(['wait', '--for=condition=Established', 'crd', ...added, '--timeout=60s']);
});
afterAll(() => {
  if (added.length > 0) kubectl(['delete', 'crd', ...added, '--ignore-not-found']);
});

function filesOf({ module, folder, files }: (typeof sources)[number]): readonly string[] {
  const ran = spawnSync('go', ['mod', 'download', '-json', module], { cwd: '/', encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`go mod download ${module}: ${ran.stdout}${ran.stderr}`);
  const { Dir } = JSON.parse(ran.stdout) as { Dir: string };
  return files.map((file) => join(Dir, folder, file));
}

function nameOf(file: string): string {
  return (parse(readFileSync(file, 'utf8')) as { metadata: { name: string } }).metadata.name;
}

const kinds = /^(?:monitoring\.coreos\.com|gateway\.networking\.k8s\.io|cert-manager\.io)\//;

test.runIf(hasGo)('every object of such a kind, of every values file, is valid', () => {
  const seen = new Set<string>();
  for (const values of valuesFiles) {
    for (const manifest of manifests(render(values)).filter(({ apiVersion }) => kinds.test(apiVersion))) {
      const ran = dryRun(manifest);
      expect(ran.status, `${values}, ${manifest.kind}: ${ran.stderr}`).toBe(0);
      seen.add(manifest.kind);
    }
  }
  console.log(`valid by their makers' definitions: ${[...seen].toSorted().join(', ')}`);
  expect([...seen].toSorted()).toEqual([
    'Certificate',
    'HTTPRoute',
    'Issuer',
    'PodMonitor',
    'PrometheusRule',
    'ServiceMonitor',
  ]);
});

test.runIf(hasGo)('a field that such a kind does not have is found', () => {
  const monitor = manifests(render('monitoring')).find(({ kind }) => kind === 'ServiceMonitor') as Manifest;
  const wrong = { ...monitor, spec: { ...(monitor.spec as object), endpoint: [] } };
  expect(dryRun(wrong).stderr).toContain('unknown field "spec.endpoint"');
});

function dryRun(manifest: Manifest) {
  const moved = { ...manifest, metadata: { ...manifest.metadata, namespace: 'default' } };
  return tryKubectl(['apply', '--dry-run=server', '--validate=strict', '--filename', '-'], moved);
}
