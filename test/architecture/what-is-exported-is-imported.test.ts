import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

const texts = ['src', 'test', 'bench', 'scripts', 'demo']
  .flatMap((folder) => globSync(`${folder}/**/*.ts`))
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

/** Types are left out: one that stands in the signature of an exported function is its caller's as well. */
const exported = texts
  .filter(({ file }) => !/^(?:bench|test\/fuzz\/targets)\//.test(file))
  .flatMap(({ file, text }) =>
    [...text.matchAll(/^export (?:async )?(?:function\*?|const|let|class) (\w+)/gm)].map(([, name = '']) => ({
      file,
      name,
    })),
  );

/** By its words alone: the file's name behind `from` or `import(`, and the export's name. */
function isImported({ file, name }: { readonly file: string; readonly name: string }): boolean {
  const place = `/${basename(file)}'`;
  const word = new RegExp(`\\b${name}\\b`);
  return texts.some((other) => other.file !== file && other.text.includes(place) && word.test(other.text));
}

test('each function, class and value that a file exports is imported by another', () => {
  expect(exported.length).toBeGreaterThan(600);
  expect(exported.filter((one) => !isImported(one))).toEqual([]);
});
