import { stringify } from 'yaml';
import type { ShapeSchema } from '../src/config/shape-schema.ts';

/** Columns of a comment; the page is read in terminals too. */
const widest = 100;

/** The whole of hookgate.yaml as text: every key with its default below what its leaf says of it. */
export function documentedFile(schema: ShapeSchema): string {
  return sectionLines(schema, { schema, above: '' }).join('\n');
}

interface Place {
  /** The whole file's, where keys are found that others inherit from. */
  readonly schema: ShapeSchema;
  /** Blanks before a key. */
  readonly above: string;
}

function sectionLines({ properties = {} }: ShapeSchema, place: Place): string[] {
  return Object.entries(properties).flatMap(([name, child]) => keyLines(name, child, place));
}

function keyLines(name: string, schema: ShapeSchema, place: Place): string[] {
  const { above } = place;
  const inner = { ...place, above: `${above}  ` };
  const about = comment(schema, above);
  if (schema.properties !== undefined && schema.default === undefined)
    return [...about, `${above}${name}:`, ...sectionLines(schema, inner)];
  if (schema.items?.properties !== undefined)
    return [...about, `${above}${name}:`, ...itemLines(schema.items, inner)];
  return [...about, `${above}${name}: ${inline(defaultOf(schema, place.schema))}`];
}

/** One item of a list: a dash before its first key, and what is said of that key above it. */
function itemLines(item: ShapeSchema, { above, ...place }: Place): string[] {
  const lines = sectionLines(item, { ...place, above: `${above}  ` });
  const firstKey = lines.findIndex((line) => !line.trimStart().startsWith('#'));
  return lines.map((line, index) => {
    if (index > firstKey) return line;
    return index < firstKey ? `${above}${line.trimStart()}` : `${above}- ${line.trimStart()}`;
  });
}

/** Its default, that of the key it inherits from, an example, or what says that there is nothing. */
function defaultOf(schema: ShapeSchema, file: ShapeSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  const { 'x-inherits': from, examples, type } = schema;
  if (from !== undefined) return defaultOf(leafAt(file, from), file);
  return examples?.[0] ?? (type === 'array' ? [] : '');
}

function leafAt(file: ShapeSchema, key: string): ShapeSchema {
  const found = key
    .split('.')
    .reduce<ShapeSchema | undefined>((section, name) => section?.properties?.[name], file);
  if (found === undefined) throw new Error(`no key is called ${key}`);
  return found;
}

/** In one line. */
function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
}

function comment(schema: ShapeSchema, above: string): string[] {
  const words = sentences(schema).join(' ').split(' ').filter(Boolean);
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && above.length + line.length + word.length + 3 > widest) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines.map((text) => `${above}# ${text}`);
}

function sentences(schema: ShapeSchema): string[] {
  const { description = '', enum: words, properties } = schema;
  const { 'x-inherits': inherits } = schema;
  const isSection = properties !== undefined || schema.items?.properties !== undefined;
  return [
    !isSection && isRequired(schema) ? 'Required.' : '',
    description === `As ${inherits}.` ? '' : description,
    words === undefined || words.every((word) => description.includes(`${word}: `))
      ? ''
      : `One of ${words.join(', ')}.`,
    inherits === undefined ? '' : `By default that of ${inherits}.`,
  ];
}

/** Whether it must be written: a key without anything in its place, or a section that has such a key. */
export function isRequired(schema: ShapeSchema | undefined): boolean {
  if (schema?.['x-optional'] || schema?.['x-inherits'] !== undefined) return false;
  return schema?.properties === undefined
    ? schema?.default === undefined
    : Object.values(schema.properties).some(isRequired);
}
