import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const licences = readFileSync('dist/LICENSES.txt', 'utf8');

/** By the source maps, which know of each line where it comes from. */
const bundled = new Set(
  globSync('dist/*.map')
    .flatMap((file) => (JSON.parse(readFileSync(file, 'utf8')) as { sources: string[] }).sources)
    .flatMap((source) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source) ?? []),
);

test('each package of the bundle, and of the page in it, has its licence beside it', () => {
  expect(bundled.size).toBeGreaterThan(30);
  const folders = [...bundled, 'node_modules/preact', 'node_modules/htm'];
  const missing = folders.filter((folder) => {
    const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    return !licences.includes(`\n${name} ${version}, `) && !licences.startsWith(`${name} ${version}, `);
  });
  expect(missing).toEqual([]);
  // The words of some, as their packages have them.
  for (const folder of ['http-proxy', 'prom-client', 'preact'])
    expect(licences).toContain(readFileSync(`node_modules/${folder}/LICENSE`, 'utf8').trim());
});

test("the project's own licence lies beside them", () => {
  expect(readFileSync('dist/LICENSE', 'utf8')).toBe(readFileSync('LICENSE', 'utf8'));
});
