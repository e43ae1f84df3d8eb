/** Writes hookgate.schema.json, the JSON Schema of hookgate.yaml for editors: `node scripts/write-config-schema.ts`. */
import { writeFileSync } from 'node:fs';
import { hookgateYaml } from '../src/config/schema.ts';
import type { ShapeSchema } from '../src/config/schema-leaves.ts';

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
  const { format: _, 'x-minimum': least, 'x-maximum': most, properties, items, ...rest } = schema;
  const { required: __, ...plain } = rest as Record<string, unknown>;
  const bounds = least === undefined ? '' : ` From ${least} to ${most}.`;
  const required = Object.keys(properties ?? {}).filter((name) => isRequired(properties?.[name]));
  return {
    ...plain,
    ...(schema.description === undefined ? {} : { description: `${schema.description}${bounds}` }),
    ...(items === undefined ? {} : { items: forEditors(items) }),
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

function isRequired(schema: ShapeSchema | undefined): boolean {
  return schema?.properties === undefined
    ? schema?.default === undefined
    : Object.values(schema.properties).some(isRequired);
}

if (import.meta.main) {
  writeFileSync(new URL('../hookgate.schema.json', import.meta.url), configSchemaText());
}
