import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { chart } from '../support/helm.ts';

test.each(['files/dashboard.json', 'files/rules.yaml'])(
  '%s asks only for metrics that the code registers',
  async (file) => {
    const registered = new Set<string>();
    for (const { name, type } of await createMetrics().registry.getMetricsAsJSON()) {
      registered.add(name);
      if (String(type) === 'histogram')
        for (const part of ['bucket', 'count', 'sum']) registered.add(`${name}_${part}`);
    }
    const asked = [...readFileSync(`${chart}/${file}`, 'utf8').matchAll(/\bhookgate_\w+(?=[{)[, ])/g)].map(
      ([name]) => name,
    );
    expect(asked.length).toBeGreaterThan(8);
    expect([...new Set(asked)].filter((name) => !registered.has(name))).toEqual([]);
  },
);
