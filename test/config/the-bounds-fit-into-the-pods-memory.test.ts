import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadYaml } from '../support/load-yaml.ts';

const MiB = 1024 ** 2;
const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The last column of the table in docs/configuration.md, in its order. */
const bounds = /\| what is held \|[\s\S]*?\n\n/
  .exec(read('docs/configuration.md'))?.[0]
  .split('\n')
  .map((row) => Number(/\| (\d+) MiB[^|]*\|$/.exec(row)?.[1] ?? 0) * MiB) as number[];

const defaults = () => {
  const loaded = loadYaml('upstream: { url: http://127.0.0.1:3000 }\nroutes: [{ path: /hook, name: hook }]');
  return loaded.kind === 'ok' ? loaded.config : expect.unreachable();
};
/** As docs/configuration.md says. */
const bytesOfConnection = 40 * 1024;

test('the bounds of all that is held add up to less than the memory limit of the chart', () => {
  const { limits } = defaults();
  const { resources, limits: ofChart } = parse(read('charts/hookgate/values.yaml'));
  const podBytes = Number(/^(\d+)Mi$/.exec(resources.limits.memory)?.[1]) * MiB;
  expect(bounds.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(podBytes);
  // The chart derives it from the limit.
  expect(podBytes / 4).toBe(limits.bufferedBytes);
  expect(bounds).toContain(limits.bufferedBytes);
  expect(bounds).toContain(Math.ceil((ofChart.connections * bytesOfConnection) / MiB) * MiB);
});
