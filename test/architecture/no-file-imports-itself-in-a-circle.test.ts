import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort();
const importsOf = new Map(files.map((file) => [file, importedBy(file)]));

/** Types among them: who reads one of two such files has to read the other first. */
function importedBy(file: string): string[] {
  const text = readFileSync(`src/${file}`, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)]
    .map(([, path = '']) => join(dirname(file), path))
    .filter((path) => files.includes(path));
}

/** Whether one may come back to a file by going from import to import. */
function comesBack(file: string): boolean {
  const seen = new Set<string>();
  const ahead = [...(importsOf.get(file) ?? [])];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (next === file) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    ahead.push(...(importsOf.get(next) ?? []));
  }
  return false;
}

test('no file of src needs itself, over others', () => {
  expect(files.filter(comesBack)).toEqual([]);
});
