import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { formatProblem } from '../../src/config/problem.ts';
import { loadYaml } from '../support/load-yaml.ts';

const name = fc.constantFrom(
  'listen',
  'upstream',
  'url',
  'routes',
  'path',
  'port',
  'redis',
  'tls',
  '__proto__',
  'constructor',
  '<<',
  '',
);
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('7d', '1KiB', 'http://a'),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 6 }),
  ),
}));
const fragments = fc.constantFrom(
  'listen:',
  '\n',
  '  ',
  '\t',
  '- ',
  '&a ',
  '*a',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|',
  '>',
  '? ',
  ': ',
  '#',
  '!!binary ',
  '<<',
  '0x',
  '\u0000',
  '\uFEFF',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  'url',
);

function problemsOf(text: string, env: Record<string, string> = {}): string[] {
  const loaded = loadYaml(text, env);
  return loaded.kind === 'ok' ? [] : loaded.problems.map(formatProblem);
}

test('whatever is in the file, the answer is problems in sentences', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fragments, { maxLength: 40 }).map((parts) => parts.join('')),
    tree.map((value) => JSON.stringify(value) ?? ''),
    tree.map((value) => stringify(value)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const sentences = problemsOf(text);
      expect(sentences.length).toBeGreaterThan(0);
      for (const sentence of sentences) expect(sentence).not.toMatch(/undefined|\[object|\n/);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [
    'aliases that multiply',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(4)}]\n`)}`,
  ],
  ['an alias to itself', 'listen: &a { tls: *a }'],
  ['many aliases', `x: &a 1\ny: [${'*a,'.repeat(5000)}]`],
  ['deep nesting', '['.repeat(200_000)],
  ['deep nesting in blocks', Array.from({ length: 1300 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  ['more than 1 MiB', `# ${'x'.repeat(1_100_000)}`],
  ['many keys', Array.from({ length: 60_000 }, (_, index) => `k${index}: 1\n`).join('')],
])('%s end in problems, soon', (_, text) => {
  const start = performance.now();
  expect(problemsOf(text).length).toBeGreaterThan(0);
  // A bound against blow-up, not a measure of speed.
  expect(performance.now() - start).toBeLessThan(20_000);
});
