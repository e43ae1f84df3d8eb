import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  scripts: Record<string, string>;
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

test('what is listed is imported somewhere, or is a program that a script runs', () => {
  const sources = ['src', 'test', 'bench', 'demo', 'scripts']
    .flatMap((room) =>
      readdirSync(room, { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file}`),
    )
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(file, 'utf8'));
  const scripts = Object.values(manifest.scripts).join(' && ');
  const isImported = (name: string): boolean => {
    const quoted = new RegExp(`['"\`/]${name.replaceAll(/[.*+?^$()|[\]\\/]/g, '\\$&')}(?:/[^'"\`]*)?['"\`]`);
    return sources.some((source) => quoted.test(source));
  };
  const isRun = (name: string): boolean => {
    const { bin } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { bin?: object };
    const programs = typeof bin === 'string' ? [name.replace(/^.*\//, '')] : Object.keys(bin ?? {});
    return programs.some((program) => new RegExp(`(?:^|[\\s;&])${program}\\s`).test(scripts));
  };
  // Types of what is used itself, or of Node.
  const subjectOf = (name: string): string => name.replace(/^@types\//, '');
  const listed = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });

  expect(
    listed.filter((name) => !isImported(subjectOf(name)) && !isRun(name) && name !== '@types/node'),
  ).toEqual([]);
  // Types of something that is not listed are of no use.
  const types = listed.filter((name) => name.startsWith('@types/') && name !== '@types/node').map(subjectOf);
  expect(types.filter((name) => !listed.includes(name))).toEqual([]);
});
