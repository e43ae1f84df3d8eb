import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readCommandLine } from '../../bench/command-line.ts';
import { parts } from '../../bench/parts/parts.ts';

const command = new URL('../../bench/bench.ts', import.meta.url).pathname;
const bench = (...words: string[]) => spawnSync(process.execPath, [command, ...words], { encoding: 'utf8' });

test('--help names every part, and runs none', () => {
  const { status, stdout, stderr } = bench('--help');

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const { name } of parts) expect(stdout).toMatch(new RegExp(`[ \\n]${name}[ \\n]`));
});

test.each([
  { words: ['--qick'], says: /^Unknown option '--qick'.*\n$/ },
  { words: ['gait'], says: /^no part is called gait: there are passthrough, .*\n$/ },
])('$words is refused in one line', ({ words, says }) => {
  const { status, stdout, stderr } = bench(...words);

  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(says);
});

test('parts run in their own order, and all of them where none is named', () => {
  const all = ['gate', 'latency', 'soak'];

  expect(readCommandLine(['soak', '--quick', 'gate'], all)).toMatchObject({
    ...{ kind: 'run', quick: true, names: ['gate', 'soak'] },
  });
  expect(readCommandLine([], all)).toMatchObject({ quick: false, names: all });
});
