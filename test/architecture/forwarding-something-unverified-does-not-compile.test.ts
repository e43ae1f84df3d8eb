import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const program = 'test/fixtures/does-not-compile/forwards-without-a-claim.ts';

test('the compiler refuses each line that forwards without proof, and only those', () => {
  const { compilerOptions } = JSON.parse(readFileSync(`${root}tsconfig.json`, 'utf8')) as {
    compilerOptions: Record<string, unknown>;
  };
  const flags = Object.entries(compilerOptions).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const run = spawnSync('npx', ['tsc', '--ignoreConfig', ...flags, program], { cwd: root, encoding: 'utf8' });

  const refused = [...run.stdout.matchAll(/^(.+)\((\d+),\d+\): error/gm)].map(([, file, line]) => ({
    file,
    line: Number(line),
  }));
  const wrong = readFileSync(`${root}${program}`, 'utf8')
    .split('\n')
    .flatMap((text, index) =>
      /^forward\((?!proven)/.test(text) ? [{ file: program, line: index + 1 }] : [],
    );
  expect(wrong).toHaveLength(4);
  expect(refused, run.stdout).toEqual(wrong);
});
