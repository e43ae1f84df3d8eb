import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { leavesOf } from '../../src/config/leaves.ts';
import { hookgateYaml } from '../../src/config/schema.ts';
import type { ShapeSchema } from '../../src/config/shape-schema.ts';
import { chart } from '../support/helm.ts';

interface ValuesSchema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, ValuesSchema>>;
}

/** What a key of hookgate.yaml is in the values, where that is a Secret or a ConfigMap in place of a path. */
const otherwise: Readonly<Record<string, string | undefined>> = {
  keysDirectory: 'keys.existingSecret',
  'allowlist.file': 'allowlist.existingConfigMap',
  'upstream.caFile': 'upstream.caConfigMap',
  'upstream.signing.keysDirectory': 'upstream.signing.existingSecret',
  // A Service has a name; addresses beside it are the sidecar's.
  'upstream.addresses': undefined,
};

const { $defs } = JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8')) as {
  $defs: Readonly<Record<string, ValuesSchema>>;
};

const keys = leavesOf(hookgateYaml as unknown as ShapeSchema)
  .filter(({ key }) => key.startsWith('routes[].'))
  .map(({ key }) => key.slice('routes[].'.length));
// A scheme is handed on as it is given, with all that it may have.
const own = keys.filter((key) => !key.startsWith('scheme.'));

test('each key of a route can be given to the chart', () => {
  const wanted = own
    .map((key) => (key in otherwise ? otherwise[key] : key))
    .filter((key) => key !== undefined);
  const known = new Set(pathsOf($defs.route ?? {}));
  expect(wanted.filter((key) => !known.has(key))).toEqual([]);
  expect(Object.keys(otherwise).filter((key) => !own.includes(key))).toEqual([]);
});

test('and one of no section is handed on', () => {
  const template = readFileSync(`${chart}/templates/_routes.tpl`, 'utf8');
  const handedOn = /range \$key := list((?: "\w+")+) -/.exec(template)?.[1]?.match(/\w+/g) ?? [];
  const plain = own.filter((key) => !key.includes('.') && !(key in otherwise));
  expect(['name', 'path', ...handedOn].sort()).toEqual(plain.sort());
});

function pathsOf(schema: ValuesSchema, above = ''): string[] {
  const named = schema.$ref === undefined ? schema : ($defs[schema.$ref.replace('#/$defs/', '')] ?? {});
  if (named.properties === undefined) return [above];
  return Object.entries(named.properties).flatMap(([name, child]) =>
    pathsOf(child, above === '' ? name : `${above}.${name}`),
  );
}
