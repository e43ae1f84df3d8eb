import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const rooms = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

test('docs/architecture.md has each room of src once, and no other', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const rows = page
    .slice(page.indexOf('## The rooms'))
    .split('\n')
    .filter((line) => line.startsWith('| `src/'));
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`src\/([\w-]+)`/g)].map(([, name]) => name),
  );
  expect(named.sort()).toEqual(rooms);
});

test('docs/README.md leads to every page', () => {
  const contents = readFileSync('docs/README.md', 'utf8');
  const pages = readdirSync('docs').filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(pages.filter((name) => !contents.includes(`](${name}`))).toEqual([]);
});

test('CONTRIBUTING names every script that a person calls', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const page = readFileSync('CONTRIBUTING.md', 'utf8');
  const called = Object.keys(scripts).filter((name) => !['prepare', 'pretest', 'test'].includes(name));
  expect(called.filter((name) => !page.includes(`npm run ${name}`))).toEqual([]);
});

test('a page that a comment of the sources names is there', () => {
  const missing = globSync('src/**/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?<![\w./:-])[\w/-]+\.md\b/g)]
      .map(([page]) => page)
      .filter((page) => !existsSync(page) && !existsSync(`docs/${page}`))
      .map((page) => `${file}: ${page}`),
  );
  expect(missing).toEqual([]);
});

test('a section that a comment, a value or a page names in quotation marks is there', () => {
  const files = globSync(['src/**/*.ts', 'charts/hookgate/values.yaml', '*.md', 'docs/**/*.md']);
  const named = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/([\w/.-]+\.md)\)?, "([^"]+)"/g)].map(
      ([, page = '', section = '']) => ({ file, page, section }),
    ),
  );
  expect(named.length).toBeGreaterThan(4);
  const missing = named.filter(({ file, page, section }) => {
    const place = [page, `docs/${page}`, join(dirname(file), page)].find((path) => existsSync(path));
    return place === undefined || !readFileSync(place, 'utf8').includes(`\n## ${section}\n`);
  });
  expect(missing).toEqual([]);
});
