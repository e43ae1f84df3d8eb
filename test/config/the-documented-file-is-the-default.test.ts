import { readFileSync } from 'node:fs';
import Schema from 'typebox/schema';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { withConfigTables } from '../../scripts/config-tables.ts';
import { configSchemaText } from '../../scripts/write-config-schema.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { loadYaml } from '../support/load-yaml.ts';

const root = new URL('../../', import.meta.url);
const documented =
  /<!-- file: written by[^\n]*\n```yaml config\n([\s\S]*?)```/.exec(
    readFileSync(new URL('docs/configuration.md', root), 'utf8'),
  )?.[1] ?? '';
const minimal =
  'upstream: { url: http://127.0.0.1:3000 }\nroutes: [{ name: juicyway, path: /webhooks/juicyway }]';

test('the whole file in docs/configuration.md says what the defaults say', () => {
  const [whole, least] = [loadYaml(documented), loadYaml(minimal)];
  expect(whole).toMatchObject({ kind: 'ok', warnings: [] });
  expect(whole.kind === 'ok' && whole.config).toEqual(least.kind === 'ok' && least.config);
  expect(whole.kind === 'ok' && whole.digest).toMatch(/^[0-9a-f]{12}$/);
  expect(whole.kind === 'ok' && whole.digest).toBe(least.kind === 'ok' && least.digest);
});

test('the file documents every key', () => {
  const keys = (value: unknown): unknown =>
    Array.isArray(value)
      ? typeof value[0] === 'object'
        ? [keys(value[0])]
        : 'leaf'
      : typeof value === 'object' && value !== null && Object.keys(value).length > 0
        ? Object.fromEntries(Object.entries(value).map(([name, child]) => [name, keys(child)]))
        : 'leaf';
  // A section that a word may replace is told of on a page of its own.
  const schema = (node: Record<string, never>): unknown =>
    'properties' in node && !Array.isArray(node.type)
      ? Object.fromEntries(
          Object.entries(node.properties as object).map(([name, child]) => [name, schema(child)]),
        )
      : 'items' in node && 'properties' in (node.items as object)
        ? [schema(node.items)]
        : 'leaf';
  expect(keys(parse(documented))).toEqual(schema(JSON.parse(configSchemaText())));
});

test('hookgate.schema.json is what scripts/write-config-schema.ts writes', () => {
  expect(readFileSync(new URL('hookgate.schema.json', root), 'utf8')).toBe(configSchemaText());
});

test('the file and the tables of docs/configuration.md are what scripts/write-config-schema.ts writes', () => {
  const page = readFileSync(new URL('docs/configuration.md', root), 'utf8');
  expect(page).toBe(withConfigTables(page));
  expect(page.match(/: written by/g)).toHaveLength(5);
});

test('the schema for editors takes the documented file and refuses a misspelt one', () => {
  const schema = JSON.parse(configSchemaText());
  expect(Schema.Check(schema, parse(documented))).toBe(true);
  expect(Schema.Check(schema, parse(minimal))).toBe(true);
  for (const wrong of [
    'log: { levle: info }',
    'log: { level: loud }',
    'duplicates: { lease: 60 }',
    'listen: { port: 70000 }',
  ]) {
    expect(Schema.Check(schema, parse(`${minimal}\n${wrong}`)), wrong).toBe(false);
  }
  expect(Schema.Check(schema, { routes: [] })).toBe(false);
});

test('the default file is read only without --config and without flags', () => {
  const defaultFile = new URL('docs/configuration.md', root).pathname;
  expect(loadConfig({ env: {}, flags: {}, defaultFile }).kind).toBe('problems');
  expect(loadConfig({ env: {}, flags: { upstream: 'http://app', path: '/a' }, defaultFile }).kind).toBe('ok');
});
