import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { ensureHelm, type HelmMajor } from '../setup/install-helm.ts';

export const chart = new URL('../../charts/hookgate', import.meta.url).pathname;

/** The values files that show the chart's uses, by name without `.yaml`. */
export const valuesFiles: readonly string[] = readdirSync(`${chart}/ci`).map((file) =>
  file.replace(/\.yaml$/, ''),
);

export interface HelmRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Helm 4, or 3. */
export function helm(args: readonly string[], major: HelmMajor = 4): HelmRun {
  const { KUBECONFIG: _, ...offline } = process.env;
  return spawnSync(ensureHelm(major), args, { encoding: 'utf8', env: offline, maxBuffer: 64 << 20 });
}

/** The manifests of a values file (or of further arguments) as text; throws with Helm's own words where it refuses. */
export function render(values: string, extra: readonly string[] = [], major: HelmMajor = 4): string {
  const run = template(['-f', `${chart}/ci/${values}.yaml`, ...extra], major);
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

export function template(args: readonly string[], major: HelmMajor = 4): HelmRun {
  return helm(
    ['template', 'hookgate', chart, '--namespace', 'shop', '--kube-version', '1.36.0', ...args],
    major,
  );
}

/** A Kubernetes object as it was rendered. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** Read as YAML 1.1, as Kubernetes does: `0444` is octal. */
export function manifests(rendered: string): readonly Manifest[] {
  return parseAllDocuments(rendered, { version: '1.1' })
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}
