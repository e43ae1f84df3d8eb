import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, { version: string }>;
};
const page = readFileSync('docs/dependencies.md', 'utf8');

test('the table names what ships, with a reason and the release that is locked', () => {
  const rows = [...page.matchAll(/^\| (\S+) \| (.{20,}) \| (\d\S*) \|$/gm)].map(([, name, , release]) => [
    name,
    release,
  ]);
  const shipped = Object.keys(manifest.dependencies).map((name) => [
    name,
    lock.packages[`node_modules/${name}`]?.version,
  ]);
  expect(rows.sort()).toEqual(shipped.sort());
});

test('what is for development only is named below it', () => {
  const below = page.slice(page.indexOf('For development only')).toLowerCase();
  const own = Object.keys(manifest.devDependencies).filter((name) => !name.startsWith('@types/'));
  expect(
    own.filter((name) => !below.includes(name.split('/')[0]?.replace('@biomejs', 'biome') ?? '')),
  ).toEqual([]);
});
