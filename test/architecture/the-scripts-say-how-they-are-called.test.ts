import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
/** Those that are one program of the project's own, which reads its words itself. */
const own = Object.entries(scripts).filter(([, command]) =>
  /^(?:node (?:scripts|demo|test\/fuzz)\/\S+\.ts|scripts\/\S+\.sh)$/.test(command),
);

function call(command: string, word: string) {
  const [program = '', ...args] = command.replace(/^node /, `${process.execPath} `).split(' ');
  return spawnSync(program, [...args, word], { encoding: 'utf8' });
}

test('there are such scripts', () => {
  expect(own.map(([name]) => name).sort()).toEqual(['build', 'demo', 'fuzz', 'image', 'mutate', 'release']);
});

test.each(own)('npm run %s -- --help says how it is called, and does nothing', (name, command) => {
  const { status, stdout, stderr } = call(command, '--help');
  expect(stdout).toMatch(new RegExp(`^usage: npm run (?:--silent )?${name}\\b`));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test.each(own)('npm run %s -- --nonsense says so, how it is called, and ends with 2', (name, command) => {
  const { status, stdout, stderr } = call(command, '--nonsense');
  expect(stderr).toMatch(new RegExp(`--nonsense.*\nusage: npm run (?:--silent )?${name}\\b`));
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});
