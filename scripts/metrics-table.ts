/** Writes the tables of metrics in docs/metrics-and-logs.md from the registries. `node scripts/metrics-table.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { createInjectorMetrics } from '../src/metrics/injector-metrics.ts';
import { createMetrics, keepKeySeries, zeroRouteSeries } from '../src/metrics/metrics.ts';

/** The page with its tables made anew. */
export async function withMetricsTables(page: string): Promise<string> {
  const tables = {
    gate: await tableOf(gateRegistry()),
    injector: await tableOf(createInjectorMetrics([]).registry),
  };
  return page.replace(
    /(<!-- (gate|injector): written by[^\n]*-->\n)[\s\S]*?(<!-- \2 end -->)/g,
    (_, begin: string, name: keyof typeof tables, end: string) => `${begin}${tables[name]}\n${end}`,
  );
}

/** With a series of each metric, by which its labels are known. */
function gateRegistry(): Registry {
  const metrics = createMetrics();
  zeroRouteSeries(metrics, ['any']);
  keepKeySeries(metrics, [{ route: 'any', keys: ['any'], encodings: ['received'] }]);
  return metrics.registry;
}

async function tableOf(registry: Registry): Promise<string> {
  const metrics = await registry.getMetricsAsJSON();
  const rows = metrics
    .filter(({ name }) => name.startsWith('hookgate_'))
    .map(({ name, type, help, values }) => {
      const { labelNames = Object.keys(values[0]?.labels ?? {}) } = registry.getSingleMetric(
        name,
      ) as unknown as {
        readonly labelNames?: readonly string[];
      };
      const labels = labelNames.filter((label) => label !== 'le').map((label) => `\`${label}\``);
      return `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`;
    });
  return ['| metric | kind | labels | says |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

if (import.meta.main) {
  const page = new URL('../docs/metrics-and-logs.md', import.meta.url);
  writeFileSync(page, await withMetricsTables(readFileSync(page, 'utf8')));
}
