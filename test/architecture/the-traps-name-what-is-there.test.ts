import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const rows = readFileSync('docs/traps.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| (trap|---) /.test(line))
  .map((line) => line.split(/(?<!\\)\|/).slice(1, -1));

/** What a cell of each row has between backticks. */
function namesIn(column: number): string[] {
  return rows.flatMap((cells) =>
    [...(cells[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

const isThere = (...patterns: string[]): boolean => patterns.some((pattern) => globSync(pattern).length > 0);

test('docs/traps.md has rows of three cells, and a fourth that says whether the remedy was taken out once', () => {
  expect(rows.length).toBeGreaterThan(100);
  expect(rows.filter((cells) => cells.length !== 4)).toEqual([]);
  expect(new Set(rows.map(([, , , tried = '']) => tried.trim()))).toEqual(new Set(['✓', '']));
});

test('each source that docs/traps.md names is there', () => {
  const files = namesIn(1).filter((name) => /^[\w*/-]+\.(?:ts|yaml)$/.test(name));
  expect(files.length).toBeGreaterThan(100);
  const missing = files.filter((name) => !isThere(`src/${name}`, name, `charts/hookgate/${name}`));
  expect(missing).toEqual([]);
});

test('each test that docs/traps.md names is there', () => {
  expect(namesIn(2).filter((name) => !isThere(`test/${name}.test.ts`))).toEqual([]);
});
