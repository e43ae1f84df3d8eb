import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readKeys } from '../../src/config/keys.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

function keysDirectory(files: Record<string, string>): string {
  const directory = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

function problemsOf(directory: string): string[] {
  const read = readKeys(directory);
  return read.kind === 'ok'
    ? []
    : read.problems.map((problem) => formatProblem(problem).replaceAll(directory, 'keys'));
}

test('one trailing newline is taken off, dot files are ignored, names are sorted', () => {
  const directory = keysDirectory({ 'b.old': 'two\r\n', a: 'one\n', c: 'three\n\n', '.hidden': 'no' });
  const read = readKeys(directory);
  expect(read.kind === 'ok' && read.keys.map(({ name, secret }) => [name, secret.toString()])).toEqual([
    ['a', 'one'],
    ['b.old', 'two'],
    ['c', 'three\n'],
  ]);
  expect(read.kind === 'ok' && read.warnings).toEqual([
    `${join(directory, 'c')} begins or ends with white space, which counts as part of the key`,
  ]);
});

test('every way to be wrong has its sentence, none with a secret', () => {
  const secret = 'business-id-4711';
  const directory = keysDirectory({
    a: secret,
    b: `${secret}\n`,
    empty: '\n',
    big: 'x'.repeat(5000),
    'not a name': 'y',
  });
  mkdirSync(join(directory, 'folder'));
  symlinkSync('nowhere', join(directory, 'dangling'));
  const sentences = problemsOf(directory);
  expect(sentences).toEqual([
    'keys/b: found the same key as in a; expected each key once',
    'keys/big: found 5000 bytes; expected at most 4096',
    'keys/dangling: found nothing there; expected a readable file',
    'keys/empty: found an empty file; expected a key',
    'keys/folder: found a directory; expected a file',
    'keys: found a file named "not a name"; expected a name of letters, digits, ".", "_" and "-"',
  ]);
  expect(sentences.join()).not.toContain(secret);
});

test('an empty and a missing directory are problems', () => {
  expect(problemsOf(keysDirectory({ '.only-hidden': 'x' }))).toEqual([
    'keys: found no key; expected one file a key, as a mounted Secret has, or no checksum could hold',
  ]);
  const gone = keysDirectory({});
  rmSync(gone, { recursive: true });
  expect(problemsOf(gone)).toEqual(['keys: found nothing there; expected a directory with one file a key']);
});

test('a Secret as Kubernetes mounts it', () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, '..2026_01_01'));
  writeFileSync(join(directory, '..2026_01_01', 'live'), 'id');
  symlinkSync('..2026_01_01', join(directory, '..data'));
  symlinkSync('..data/live', join(directory, 'live'));
  expect(readKeys(directory)).toMatchObject({ kind: 'ok', keys: [{ name: 'live' }] });
});
