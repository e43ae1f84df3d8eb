import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { helmsAtHand } from '../setup/install-helm.ts';
import { chart, template } from '../support/helm.ts';

interface Schema {
  readonly $ref?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

const values = parse(readFileSync(`${chart}/values.yaml`, 'utf8')) as Record<string, unknown>;
const schema = JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8')) as Schema;

/** What Kubernetes or the gate goes without: null leaves it out. */
const mayGo = new Set([
  'podSecurityContext',
  'securityContext',
  'sidecar.securityContext',
  'persistence.emptyDirSizeLimit',
  'autoscaling.targetCPUUtilizationPercentage',
  'duplicates.redis.secretKey',
  'dashboard.labels',
]);
/** Maps whose keys are not the chart's. */
const foreign = /(^|\.)(resources|podSecurityContext|securityContext|labels)$/;

test('null in place of a default, or values of a release that had no such key, are refused by its name', () => {
  expect(missingIn(values, schema, '')).toEqual([]);
});

test.each(helmsAtHand())('Helm %d says which', (major) => {
  const given = [
    '-f',
    `${chart}/ci/minimal.yaml`,
    '--set',
    'upstream.signing=null,valkey=null,replicaCount=null',
  ];
  const { status, stderr } = template(given, major);
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/at '\/upstream': missing property 'signing'/);
  expect(stderr).toMatch(/at '': missing properties 'valkey', 'replicaCount'/);
  const url = template(['-f', `${chart}/ci/minimal.yaml`, '--set', 'upstream.url=null'], major);
  expect(url.stderr).toContain('upstream.url is empty');
});

test.each(['denyPaths', 'sidecar.denyPaths', 'clientAddress.trustedProxies', 'allowlist.existingConfigMap'])(
  'null in place of nothing is nothing: %s',
  (name) => {
    const plain = [
      '-f',
      `${chart}/ci/minimal.yaml`,
      '--set',
      'injector.enabled=true,sidecar.acceptPerPodMemory=true',
    ];
    const { stdout, stderr } = template([...plain, '--set', `${name}=null`]);
    expect(stderr).toBe('');
    expect(stdout).toBe(template(plain).stdout);
  },
);

test('null in place of the namespaces of sidecars is the own one alone', () => {
  const given = ['-f', `${chart}/ci/sidecar.yaml`, '--set-json'];
  expect(template([...given, 'sidecar.namespaces=null']).stdout).toBe(
    template([...given, 'sidecar.namespaces=[]']).stdout,
  );
});

/** Defaults without which nothing sensible would be rendered, and which the schema lets go. */
function missingIn(
  defaults: Record<string, unknown>,
  { required = [], properties = {} }: Schema,
  at: string,
): string[] {
  return Object.entries(defaults).flatMap(([key, value]) => {
    const path = at === '' ? key : `${at}.${key}`;
    const isEmpty =
      value === null || value === 0 || value === '' || value === false || JSON.stringify(value).length === 2;
    const own = isEmpty || mayGo.has(path) || required.includes(key) ? [] : [path];
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && !foreign.test(path);
    return isMap ? [...own, ...missingIn(value as typeof defaults, properties[key] ?? {}, path)] : own;
  });
}
