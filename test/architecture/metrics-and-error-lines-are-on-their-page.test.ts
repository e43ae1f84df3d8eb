import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withMetricsTables } from '../../scripts/metrics-table.ts';

const page = readFileSync('docs/metrics-and-logs.md', 'utf8');

test('each metric with its labels (node scripts/metrics-table.ts rewrites it)', async () => {
  expect(page).toBe(await withMetricsTables(page));
});

test('each line that the gate writes at error or above', () => {
  const gate = globSync('src/{app,pipeline}/**/*.ts', { exclude: ['src/app/inject/*.ts'] });
  const text = gate.map((file) => readFileSync(file, 'utf8')).join('\n');
  const lines = [
    // The sentence is the last that stands in quotation marks; what comes of a variable has none.
    ...text.matchAll(/log\.(?:error|fatal)\([^;]*?['`]([a-z][^'`$\n]{9,})/g),
    ...text.matchAll(
      /(?:fatalSentence: |message = )?'((?:part of )?(?:the reload failed|a fault that nobody)[^']*)'/g,
    ),
  ].map(([, line]) => line as string);
  expect(lines.length).toBeGreaterThan(9);
  expect(lines.filter((line) => !page.includes(line))).toEqual([]);
});
