import { globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';

const files = globSync('src/**/*.ts').sort();

/** Two files that may bear one name, since it means the same in both; by their folders, in the order of the alphabet. */
const pairs: Readonly<Record<string, string>> = {
  'src/app src/cli': 'a command, and its work',
  'src/gates src/schemes': 'a gate is named for what it judges',
  'src src/page': 'main.ts is where a program begins',
};

test('no two files of src bear one name', () => {
  const strays = repeated(files.map((file) => [basename(file), roomOf(file)] as const)).filter(
    ([, folders]) => pairs[folders.join(' ')] === undefined,
  );
  expect(strays).toEqual([]);
});

const declaration =
  /^(export )?(?:async )?(?:abstract )?(class|interface|type|function\*?|const|let) (\w+)/gm;

/** What each file declares at its top level. */
const declared = files.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(declaration)].map(([, exported, kind = '', name = '']) => ({
    file,
    name,
    isExported: exported !== undefined,
    isType: ['class', 'interface', 'type'].includes(kind),
  })),
);
const exported = declared.filter(({ isExported }) => isExported);

test('no two files of src export one name', () => {
  expect(exported.length).toBeGreaterThan(500);
  expect(repeated(exported.map(({ name, file }) => [name, file] as const))).toEqual([]);
});

test('no type of a file’s own bears the name of one that another file exports', () => {
  const types = new Map(exported.filter(({ isType }) => isType).map(({ name, file }) => [name, file]));
  expect(declared.filter(({ isExported, isType, name }) => isType && !isExported && types.has(name))).toEqual(
    [],
  );
});

/** Its folder, and `src/app` for those of a command's own in it. */
function roomOf(file: string): string {
  return dirname(file).replace(/^(src\/app)\/.*/, '$1');
}

/** The keys that stand there more than once, with their values. */
function repeated(entries: readonly (readonly [string, string])[]): [string, string[]][] {
  const all = new Map<string, string[]>();
  for (const [key, value] of entries) all.set(key, [...(all.get(key) ?? []), value]);
  return [...all].filter(([, values]) => values.length > 1);
}
