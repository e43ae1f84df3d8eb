import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAllowlist } from '../../src/config/allowlist-file.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { loadInjectConfig } from '../../src/config/load-inject-config.ts';
import { formatProblem, type Problem } from '../../src/config/problem.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const readers: Readonly<Record<string, (file: string) => unknown>> = {
  'hookgate.yaml': (file) => loadConfig({ file, env: {}, flags: {} }),
  'inject.yaml': (file) => loadInjectConfig(file, {}),
  'allowlist.yaml': readAllowlist,
};

const shapes: readonly (readonly [string, string | Buffer])[] = [
  ['a list', '- a\n- b\n'],
  ['a list with a map in it', '- addresses: [203.0.113.7]\n  listen: {}\n'],
  ['an empty list', '[]'],
  ['a word', 'listen'],
  ['a number', '42'],
  ['true', 'true'],
  ['text in quotes', '"listen: {}"'],
  ['text of several lines', '|\n  listen: {}\n'],
  ['two documents', 'listen: {}\n---\nadmin: {}\n'],
  ['a list of lists', '[[1]]'],
  ['a map with a list for a key', '? [a]\n: b\n'],
  ['a tagged set', '!!set { a, b }'],
  ['UTF-16', Buffer.from('\ufefflisten: {}\n', 'utf16le')],
  ['a byte of zero', 'listen: {}\0\n'],
  ['JSON of several lines', '{"listen":{}}\n{"admin":{}}\n'],
  ['what a shell has left', 'cat <<EOF\nlisten: {}\nEOF\n'],
  ['a mark of a merge', '<<<<<<< HEAD\nlisten: {}\n=======\n'],
];

test.each(
  Object.keys(readers).flatMap((name) => shapes.map(([shape, text]) => [name, shape, text] as const)),
)('%s that is %s is a problem with its place', async (name, _shape, text) => {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, text);

  const read = (await readers[name]?.(file)) as { kind: string; problems: readonly Problem[] };

  expect(read.kind).toBe('problems');
  const [first = ''] = read.problems.map(formatProblem);
  expect(first).toContain(name);
  // A list or a word is not told as if required keys were missing from it.
  expect(first).not.toMatch(/: missing/);
});

test('an inject.yaml with nothing in it has the defaults, as a hookgate.yaml has', () => {
  const file = join(temporaryDirectory(), 'inject.yaml');
  writeFileSync(file, '# nothing yet\n');

  const read = loadInjectConfig(file, {});

  expect(read.kind === 'problems' && read.problems.map(({ key }) => key)).toContain('kubernetes.service');
});
