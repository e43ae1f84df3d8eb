/**
 * Writes what is made from the shape of hookgate.yaml: hookgate.schema.json for editors, and the tables of
 * docs/configuration.md. `node scripts/write-config-schema.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { hookgateYaml } from '../src/config/schema.ts';
import type { ShapeSchema } from '../src/config/shape-schema.ts';
import { withConfigTables } from './config-tables.ts';
import { isRequired } from './documented-file.ts';

/** The text of hookgate.schema.json, from the same source that the gate itself reads files by. */
export function configSchemaText(): string {
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:hookgate:config',
    title: 'hookgate.yaml',
    ...forEditors(hookgateYaml as unknown as ShapeSchema),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/**
 * Leaves out our own keywords (`duration` means another thing in the standard), tells bounds in words, and requires
 * what has no default.
 */
function forEditors(schema: ShapeSchema): Record<string, unknown> {
  const { format: _, properties, items, additionalProperties, propertyNames, ...rest } = schema;
  const { required: __, ...words } = rest as Record<string, unknown>;
  const plain = Object.fromEntries(Object.entries(words).filter(([word]) => !word.startsWith('x-')));
  const required = Object.keys(properties ?? {}).filter((name) => isRequired(properties?.[name]));
  return {
    ...plain,
    ...(schema.description === undefined ? {} : { description: describe(schema) }),
    ...(items === undefined ? {} : { items: forEditors(items) }),
    ...(propertyNames === undefined ? {} : { propertyNames: forEditors(propertyNames) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'object'
              ? forEditors(additionalProperties)
              : additionalProperties,
        }),
    ...(required.length === 0 ? {} : { required }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, child]) => [name, forEditors(child)]),
          ),
        }),
  };
}

function describe(schema: ShapeSchema): string {
  const { 'x-minimum': least, 'x-maximum': most, 'x-inherits': inherits } = schema;
  return [
    schema.description,
    ...(least === undefined ? [] : [`From ${least} to ${most}.`]),
    ...(inherits === undefined ? [] : [`By default that of ${inherits}.`]),
    ...(schema['x-reload'] === 'restart' ? ['A change needs a restart.'] : []),
  ].join(' ');
}

if (import.meta.main) {
  writeFileSync(new URL('../hookgate.schema.json', import.meta.url), configSchemaText());
  const page = new URL('../docs/configuration.md', import.meta.url);
  writeFileSync(page, withConfigTables(readFileSync(page, 'utf8')));
}
