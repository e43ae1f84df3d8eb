import { environmentName } from '../src/config/environment.ts';
import { keysByFlag } from '../src/config/flags.ts';
import { type Leaf, leavesOf } from '../src/config/leaves.ts';
import { hookgateYaml } from '../src/config/schema.ts';
import type { ShapeSchema } from '../src/config/shape-schema.ts';
import { documentedFile } from './documented-file.ts';

const schema = hookgateYaml as unknown as ShapeSchema;

/** A page whose tables between `<!-- NAME: written by … -->` and `<!-- NAME end -->` are made anew from the schema. */
export function withConfigTables(page: string): string {
  const tables: Readonly<Record<string, string>> = {
    file: `\`\`\`yaml config\n${documentedFile(schema)}\n\`\`\``,
    keys: keysTable(),
    restart: restartList(),
    flags: flagsTable(),
    files: filesTable(),
  };
  return page.replace(
    /(<!-- (\w+): written by[^\n]*-->\n)[\s\S]*?(<!-- \2 end -->)/g,
    (whole, begin: string, name: string, end: string) => {
      const table = tables[name];
      return table === undefined ? whole : `${begin}${table}\n${end}`;
    },
  );
}

function keysTable(): string {
  const rows = leavesOf(schema).map((leaf) => {
    const variable = environmentName(leaf);
    return [code(leaf.key), variable === undefined ? '' : code(variable), onReload(leaf)];
  });
  return table(['key', 'variable', 'when it changes'], rows);
}

function onReload({ schema: { 'x-reload': reload, 'x-restart-around': around } }: Leaf): string {
  if (reload === 'restart') return 'restart';
  if (around === undefined) return 'reload';
  return `reload; restart to or from ${around === '' ? 'empty' : code(around)}`;
}

function restartList(): string {
  const keys = leavesOf(schema).filter((leaf) => leaf.schema['x-reload'] === 'restart');
  const around = leavesOf(schema).filter((leaf) => leaf.schema['x-restart-around'] !== undefined);
  return [
    ...keys.map(({ key }) => `- ${code(key)}`),
    ...around.map((leaf) => `- ${code(leaf.key)}, ${onReload(leaf).replace(/^.*; restart /, '')}`),
  ].join('\n');
}

function flagsTable(): string {
  const rows = [...keysByFlag(schema)].map(([flag, keys]) => [code(flag), keys.map(code).join(' and ')]);
  return table(['flag', 'sets'], rows);
}

function filesTable(): string {
  const rows = leavesOf(schema).flatMap(({ key, schema: { 'x-file': use } }) => {
    if (use === undefined) return [];
    const only = Object.entries(use.only ?? {}).map(
      ([name, values]) => `${code(name)} is ${values.map(code).join(' or ')}`,
    );
    return [[code(key), use.holds, use.secret ? 'secret' : '', readWords[use.read], only.join(' and ')]];
  });
  return table(['key', 'holds', '', 'read', 'only where'], rows);
}

const readWords = {
  'with the configuration': 'at start and reload; watched',
  'by each connection': 'anew for each connection',
  'by the store': 'by the store alone',
} as const;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.map((line) => line.replaceAll('|  |', '| |')).join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
