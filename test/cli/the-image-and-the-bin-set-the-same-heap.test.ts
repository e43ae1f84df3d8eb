import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the image and the bin start Node with the same settings', () => {
  const [firstLine = ''] = read('src/main.ts').split('\n');
  const [, variables = '', flag = ''] = /^#!\/usr\/bin\/env -S (\S.*\S) node (\S+)$/.exec(firstLine) ?? [];
  const dockerfile = read('Dockerfile');
  expect(dockerfile).toMatch(new RegExp(`^ENV NODE_ENV=production ${variables}$`, 'm'));
  expect(dockerfile).toContain(`ENTRYPOINT ["/nodejs/bin/node", "${flag}", "/app/hookgate.js"]`);
});

test('the bin runs by itself, its first line is taken', () => {
  const bin = new URL('../../dist/hookgate.js', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(bin, ['--version'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
});
