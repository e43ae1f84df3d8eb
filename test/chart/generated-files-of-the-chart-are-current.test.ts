import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dashboards } from '../../scripts/chart-dashboard.ts';
import { readmeWithTable } from '../../scripts/chart-readme.ts';
import { chartSchemes } from '../../scripts/chart-schemes.ts';
import { withAlerts } from '../../scripts/runbook-alerts.ts';
import { chart } from '../support/helm.ts';

const read = (file: string) => readFileSync(`${chart}/${file}`, 'utf8');

test('the table of values in the README (node scripts/chart-readme.ts rewrites it)', () => {
  expect(read('README.md')).toBe(readmeWithTable(read('README.md'), read('values.yaml')));
});

test.each(Object.entries(dashboards))('%s (node scripts/chart-dashboard.ts rewrites it)', (file, text) => {
  expect(read(`files/${file}`)).toBe(text());
});

test('what the chart knows of the senders (node scripts/chart-schemes.ts rewrites it)', () => {
  expect(read('files/schemes.yaml')).toBe(chartSchemes());
});

test('the list at the top of the runbook (node scripts/runbook-alerts.ts rewrites it)', () => {
  const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  expect(runbook).toContain('[HookgateDown](#hookgatedown) | critical |');
  expect(withAlerts(runbook)).toBe(runbook);
});

test('the alerts that values may turn off are the alerts there are, and each has a section in the runbook', () => {
  const rules = read('files/rules.yaml') + read('files/rules-injector.yaml');
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name as string);
  const schema = JSON.parse(read('values.schema.json')) as { $defs: { alertName: { enum: string[] } } };
  expect(schema.$defs.alertName.enum.toSorted()).toEqual(alerts.toSorted());
  const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const sections = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  expect(sections.toSorted()).toEqual(alerts.toSorted());
});
