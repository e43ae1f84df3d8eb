import { parse } from 'yaml';
import { formatDuration } from '../values/units.ts';
import { checkShape } from './check-shape.ts';
import { overlayEnvironment } from './environment.ts';
import { type InjectConfig, injectYaml } from './inject-schema.ts';
import { type Problem, problemAt } from './problem.ts';
import { readTextFile } from './read-file.ts';
import { readSettingsFile } from './settings-file.ts';
import type { ShapeSchema } from './shape-schema.ts';

export type LoadedInjectConfig =
  | {
      readonly kind: 'ok';
      readonly config: InjectConfig;
      /** What its file holds; undefined where it only looks. */
      readonly sidecar: { readonly value: unknown } | undefined;
    }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const maxFileBytes = 1_048_576;

/** Reads inject.yaml, and the sidecar's file that it names. Reports all problems together; never throws. */
export function loadInjectConfig(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): LoadedInjectConfig {
  const read = readSettingsFile(file);
  if (read.kind === 'problems' || read.problems.length > 0) {
    return { kind: 'problems', problems: read.problems };
  }
  const settings = read.root;
  const schema = injectYaml as unknown as ShapeSchema;
  const environment = overlayEnvironment(schema, settings, env);
  const shape = checkShape(schema, settings);
  const found = [...environment.problems, ...shape.problems];
  if (found.length > 0) return { kind: 'problems', problems: found };
  const config = shape.value as InjectConfig;
  const missing = requiredNames(config).map((key) =>
    problemAt(
      shape.originOf(key),
      key,
      'missing',
      `expected a name, since certificates.mode is ${config.certificates.mode}`,
    ),
  );
  const { overlap, interval } = config.certificates;
  if (overlap < 3 * interval)
    missing.push(
      problemAt(
        shape.originOf('certificates.overlap'),
        'certificates.overlap',
        `found ${formatDuration(overlap)}`,
        `expected at least three times certificates.interval (${formatDuration(interval)}), so that no replica misses a change`,
      ),
    );
  if (missing.length > 0) return { kind: 'problems', problems: missing };
  if (config.certificates.mode === 'none') return { kind: 'ok', config, sidecar: undefined };
  const sidecar = readSidecarFile(config.sidecar.file);
  return sidecar.kind === 'problem'
    ? { kind: 'problems', problems: [sidecar.problem] }
    : { kind: 'ok', config, sidecar };
}

function requiredNames({ certificates, kubernetes }: InjectConfig): string[] {
  if (certificates.mode === 'certManager') return [];
  const names: Record<string, string> = {
    'kubernetes.mutatingWebhook': kubernetes.mutatingWebhook,
    ...(certificates.mode === 'selfManaged' && {
      'certificates.secret': certificates.secret,
      'kubernetes.namespace': kubernetes.namespace,
      'kubernetes.service': kubernetes.service,
    }),
  };
  return Object.entries(names).flatMap(([key, value]) => (value === '' ? [key] : []));
}

type SidecarFile =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Kubernetes' own YAML, so no schema of ours: the injector's room reads it. */
function readSidecarFile(file: string): SidecarFile {
  const read = readTextFile(file, maxFileBytes);
  if (read.kind === 'problem') return read;
  try {
    // 1.1 as Kubernetes reads it: 0444 is octal.
    return { kind: 'value', value: parse(read.text, { version: '1.1', maxAliasCount: 10 }) as unknown };
  } catch (error) {
    const found = `found YAML that cannot be read (${error instanceof Error ? error.message.split('\n')[0] : error})`;
    return {
      kind: 'problem',
      problem: problemAt({ source: file }, '', found, 'expected container and volumes'),
    };
  }
}
