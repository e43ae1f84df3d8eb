import { nearestName } from '../values/nearest-name.ts';
import { leavesOf, occurrencesOf } from './leaves.ts';
import { type Origin, type Problem, problemAt, quote } from './problem.ts';
import type { SettingsNode, SettingsScalar } from './settings-tree.ts';
import type { ShapeSchema } from './shape-schema.ts';
import { readText } from './text-formats.ts';

export interface ShapeCheck {
  /** The settings, defaults filled in and texts read; of the schema's static type when there is no problem. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Keys whose value is missing or cannot be used. */
  readonly broken: ReadonlySet<string>;
  /** Where the setting with this key was written; of its section or the whole, where it is a default. */
  readonly originOf: (key: string) => Origin;
}

/** Holds settings against a schema and names everything that does not fit. */
export function checkShape(schema: ShapeSchema, root: SettingsNode): ShapeCheck {
  const problems: Problem[] = [];
  const origins = new Map<string, Origin>();
  const broken = new Set<string>();
  const value = checkNode(schema, root, '', { problems, broken, origins, parent: root.origin });
  inherit(schema, value);
  const originOf = (key: string): Origin => {
    for (let path = key; path !== ''; path = path.replace(/(?:^|\.)[^.[]*$|\[\d+\]$/, '')) {
      const origin = origins.get(path);
      if (origin !== undefined) return origin;
    }
    return { source: root.origin.source };
  };
  return { value, problems, broken, originOf };
}

interface Context {
  readonly problems: Problem[];
  readonly broken: Set<string>;
  readonly origins: Map<string, Origin>;
  /** Where to point to when the setting is missing. */
  readonly parent: Origin;
}

function checkNode(
  schema: ShapeSchema,
  node: SettingsNode | undefined,
  key: string,
  context: Context,
): unknown {
  if (node !== undefined) context.origins.set(key, node.origin);
  const isWord = Array.isArray(schema.type) && (node?.kind === 'scalar' || node === undefined);
  if (schema.properties !== undefined && !isWord) {
    return checkSection(schema.properties, node, key, context);
  }
  if (node === undefined) {
    if (schema.default !== undefined) return readDefault(schema);
    if (schema['x-optional'] || schema['x-inherits'] !== undefined) return undefined;
    const expected = schema.type === 'array' ? 'expected a list' : missingPhrases[schema.format ?? 'plain'];
    context.broken.add(key);
    context.problems.push(problemAt(context.parent, key, 'missing', expected ?? 'expected a value'));
    return undefined;
  }
  if (schema.type === 'array') return checkList(schema, node, key, context);
  if (node.kind === 'list' && Array.isArray(schema.type)) {
    return checkList({ ...schema, items: { ...schema, type: 'string' } }, node, key, context);
  }
  if (typeof schema.additionalProperties === 'object') {
    return checkFreeMap(schema, schema.additionalProperties, node, key, context);
  }
  if (node.kind !== 'scalar') return refuse(node, key, expectedOf(schema), context);
  return checkScalar(schema, node, key, context);
}

const missingPhrases: Readonly<Record<string, string>> = {
  'upstream-url': "expected the application's URL, such as http://127.0.0.1:3000",
  'route-name': 'expected a name, such as juicyway',
  'route-path': 'expected a path, such as /webhooks/juicyway',
  'denied-path': 'expected a path, such as /server-status',
};

function checkSection(
  properties: Readonly<Record<string, ShapeSchema>>,
  node: SettingsNode | undefined,
  key: string,
  context: Context,
): unknown {
  // A section whose keys are all commented out is `null` in YAML, and means the defaults.
  const commentedOut = node?.kind === 'scalar' && node.value === null;
  if (node !== undefined && node.kind !== 'map' && !commentedOut) {
    return refuse(node, key, 'expected a mapping', context);
  }
  const entries = node?.kind === 'map' ? node.entries : undefined;
  for (const [name, { keyOrigin }] of entries ?? []) {
    if (Object.hasOwn(properties, name)) continue;
    const near = nearestName(name, Object.keys(properties));
    const expected =
      near === undefined
        ? `expected one of ${Object.keys(properties).join(', ')}`
        : `did you mean "${near}"?`;
    if (name === '<<') {
      const found = 'found a merge key, which YAML 1.2 has not';
      context.problems.push(problemAt(keyOrigin, key, found, 'expected the keys written out'));
      continue;
    }
    const shown = quote(name).slice(1, -1);
    context.problems.push(
      problemAt(keyOrigin, key === '' ? shown : `${key}.${shown}`, 'unknown key', expected),
    );
  }
  const parent = node?.origin ?? context.parent;
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const path = key === '' ? name : `${key}.${name}`;
      return [name, checkNode(schema, entries?.get(name)?.value, path, { ...context, parent })];
    }),
  );
}

/** A null prototype, since the names are the operator's: `__proto__` is one like any other. */
function checkFreeMap(
  { propertyNames }: ShapeSchema,
  values: ShapeSchema,
  node: SettingsNode,
  key: string,
  context: Context,
): unknown {
  if (node.kind === 'scalar' && node.value === null) return Object.create(null);
  if (node.kind !== 'map') return refuse(node, key, 'expected a mapping', context);
  const map = Object.create(null) as Record<string, unknown>;
  for (const [name, { keyOrigin, value }] of node.entries) {
    const path = `${key}[${quote(name)}]`;
    const read = readText(propertyNames?.format ?? 'plain', name, propertyNames ?? {});
    if (read.kind === 'invalid') {
      context.broken.add(key);
      context.problems.push(problemAt(keyOrigin, key, `found the name ${quote(name)}`, read.expected));
    }
    map[name] = checkNode(values, value, path, context);
  }
  return map;
}

/** Gives each key that was not written the value of the one that it stands in for. */
function inherit(schema: ShapeSchema, settings: unknown): void {
  const leaves = leavesOf(schema);
  const byKey = new Map(leaves.map((leaf) => [leaf.key, leaf]));
  for (const leaf of leaves) {
    const from = byKey.get(leaf.schema['x-inherits'] ?? '');
    if (from === undefined) continue;
    const [inherited] = occurrencesOf(from, settings);
    for (const { holder, name, value } of occurrencesOf(leaf, settings)) {
      if (value === undefined) holder[name] = inherited?.value;
    }
  }
}

function checkList(schema: ShapeSchema, node: SettingsNode, key: string, context: Context): unknown {
  if (node.kind !== 'list') return refuse(node, key, 'expected a list', context);
  if (node.items.length < (schema.minItems ?? 0)) return refuse(node, key, 'expected at least one', context);
  return node.items.map((item, index) => checkNode(schema.items ?? {}, item, `${key}[${index}]`, context));
}

function checkScalar(schema: ShapeSchema, node: SettingsScalar, key: string, context: Context): unknown {
  if (schema.type === 'integer') {
    const number =
      node.untyped === true && /^\d{1,15}$/.test(node.written) ? Number(node.written) : node.value;
    const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
    const fits =
      typeof number === 'number' && Number.isInteger(number) && number >= minimum && number <= maximum;
    return fits ? number : refuse(node, key, expectedOf(schema), context);
  }
  if (schema.type === 'boolean') {
    const value =
      node.untyped === true && /^(?:true|false)$/.test(node.written) ? node.written === 'true' : node.value;
    return typeof value === 'boolean' ? value : refuse(node, key, expectedOf(schema), context);
  }
  if (typeof node.value !== 'string') return refuse(node, key, remedyFor(schema, node), context);
  if (schema.enum !== undefined) {
    return schema.enum.includes(node.value)
      ? node.value
      : refuse(node, key, nearestOf(schema.enum, node.value) ?? expectedOf(schema), context);
  }
  const read = readText(schema.format ?? 'plain', node.value, schema);
  return read.kind === 'value' ? read.value : refuse(node, key, read.expected, context);
}

/** What to write instead of a number, `true` or nothing where text belongs. */
function remedyFor(schema: ShapeSchema, node: SettingsScalar): string {
  if (node.value === null) return 'expected a value; leave the key out for its default';
  if (schema.format === 'duration')
    return `expected a unit after the number: ms, s, m, h or d, such as ${node.written}s`;
  if (schema.format === 'size')
    return `expected a unit after the number: B, KiB or MiB, such as ${node.written}B`;
  return schema.enum === undefined ? 'expected text; put it into quotes' : expectedOf(schema);
}

const mostListed = 8;

/** Of a few words none is guessed: all are listed, for `hmac-sha224` is no misspelt `hmac-sha256`, but another algorithm. */
function nearestOf(words: readonly string[], wrong: string): string | undefined {
  const near = words.length > mostListed ? nearestName(wrong, words) : undefined;
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

function expectedOf(schema: ShapeSchema): string {
  if (schema.enum !== undefined) return `expected one of ${schema.enum.join(', ')}`;
  if (schema.type === 'boolean') return 'expected true or false';
  if (schema.type === 'integer') return `expected a whole number from ${schema.minimum} to ${schema.maximum}`;
  return 'expected text';
}

function refuse(node: SettingsNode, key: string, expected: string, context: Context): undefined {
  context.broken.add(key);
  context.problems.push(problemAt(node.origin, key, `found ${describe(node)}`, expected));
  return undefined;
}

function describe(node: SettingsNode): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? quote(node.value) : quote(node.written).slice(1, -1);
}

/** Defaults are written as an operator would write them, so that the schema file shows them as they are used. */
function readDefault(schema: ShapeSchema): unknown {
  if (typeof schema.default !== 'string' || schema.format === undefined) return schema.default;
  const read = readText(schema.format, schema.default, schema);
  return read.kind === 'value' ? read.value : schema.default;
}
