import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parts } from '../../bench/parts/parts.ts';

const command = new URL('../../bench/bench.ts', import.meta.url).pathname;
const bench = (...words: string[]) => spawnSync(process.execPath, [command, ...words], { encoding: 'utf8' });

test('--help names every part, and runs none', () => {
  const { status, stdout, stderr } = bench('--help');

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const { name } of parts) expect(stdout).toMatch(new RegExp(` ${name}[ \\n]`));
});

test.each([
  { words: ['--qick'], says: /^Unknown option '--qick'.*\nusage: npm run bench / },
  { words: ['gait', 'gate'], says: /^no part is called gait\nusage: npm run bench / },
])('$words is refused, and nothing runs', ({ words, says }) => {
  const { status, stdout, stderr } = bench(...words);

  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(says);
});
