import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { denialReasons, remedyOf } from '../../src/injector/denials.ts';
import {
  movePortAnnotation,
  portAnnotation,
  sourceAnnotations,
  stopDelayAnnotation,
} from '../../src/injector/opt-in.ts';
import { createInjectorMetrics } from '../../src/metrics/injector-metrics.ts';

const page = readFileSync(new URL('../../docs/injector.md', import.meta.url), 'utf8');

test('the table of docs/injector.md is the table of the code', () => {
  const [, section = ''] = page.split('## Why a pod is refused');
  const documented = (section.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => /^\| `[a-z_]+` \|/.test(line));
  expect(documented).toEqual(denialReasons.map((reason) => `| \`${reason}\` | ${remedyOf(reason)} |`));
});

test('every annotation that is read has a row', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && line.includes('hookgate.io/'));
  for (const name of [
    portAnnotation,
    movePortAnnotation,
    stopDelayAnnotation,
    ...Object.keys(sourceAnnotations),
  ])
    expect(
      rows.some((row) => row.includes(`\`${name}\``)),
      name,
    ).toBe(true);
});

test('every metric that the page names is registered', async () => {
  const registered = (await createInjectorMetrics([]).registry.getMetricsAsJSON()).map(({ name }) => name);
  const named = [...page.matchAll(/\bhookgate_\w+/g)].map(([name]) => name);
  expect(named.filter((name) => !registered.includes(name))).toEqual([]);
});
