import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createInjectorMetrics } from '../../src/metrics/injector-metrics.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { chart } from '../support/helm.ts';

const ofGate = () => createMetrics().registry;
const ofInjector = () => createInjectorMetrics([]).registry;

test.each([
  ['files/dashboard.json', ofGate],
  ['files/rules.yaml', ofGate],
  ['files/dashboard-injector.json', ofInjector],
  ['files/rules-injector.yaml', ofInjector],
])('%s asks only for metrics that the code registers', async (file, registry) => {
  const registered = new Set<string>();
  for (const { name, type } of await registry().getMetricsAsJSON()) {
    registered.add(name);
    if (String(type) === 'histogram')
      for (const part of ['bucket', 'count', 'sum']) registered.add(`${name}_${part}`);
  }
  const asked = [...readFileSync(`${chart}/${file}`, 'utf8').matchAll(/\bhookgate_\w+(?=[{)[, ])/g)].map(
    ([name]) => name,
  );
  expect(asked.length).toBeGreaterThan(8);
  expect([...new Set(asked)].filter((name) => !registered.has(name))).toEqual([]);
});
