import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chart } from '../support/helm.ts';
import { findInGatePods, helm, installArgs, send, until, untilRouted } from './support/cluster.ts';
import { createNeighbourhood, type Neighbourhood } from './support/neighbourhood.ts';
import { type Prometheus, rulesOfChart, startPrometheus } from './support/prometheus.ts';

let place: Neighbourhood;
let prometheus: Prometheus;

beforeAll(async () => {
  place = await createNeighbourhood();
  helm(installArgs(place.namespace, place.senderAddress, []));
  await untilRouted(place.namespace);
  const addressOfGate = findInGatePods(place.namespace, '{.items[0].status.podIP}');
  prometheus = await startPrometheus(place.namespace, `${addressOfGate}:9090`);
});
afterAll(() => place?.remove());

test('an alert of the chart fires when events are refused, and not before', async () => {
  const firing = () =>
    prometheus.query('ALERTS{alertname="HookgateEventsRefused",alertstate="firing"}').length;
  send(place.namespace, 'sender', 'genuine');
  send(place.namespace, 'sender', 'genuine');
  // The counter begins with the first refusal; what it grows by is counted from there.
  send(place.namespace, 'sender', 'forged', ['--tamper', 'data']);
  await until(
    'the first refusal is scraped',
    60,
    () => prometheus.query('hookgate_rejections_total > 0').length > 0,
  );
  expect(firing()).toBe(0);
  send(place.namespace, 'sender', 'forged', ['--tamper', 'data', '--times', '30']);
  const seconds = await until('the alert fires', 120, () => firing() === 1);
  console.log(`HookgateEventsRefused: firing ${seconds} s after 30 forged events`);
});

test('every metric that the dashboard and the rules ask for has series, and every query is valid', () => {
  const rules = rulesOfChart(place.namespace).groups.flatMap((group) => group.rules.map(({ expr }) => expr));
  const panels = queriesOfDashboard();
  const selectors = new Set(
    [...rules, ...panels].flatMap((text) => text.match(/hookgate_\w+\{[^}]*\}/g) ?? []),
  );
  expect(rules.length).toBeGreaterThan(9);
  expect(panels.length).toBeGreaterThan(15);
  for (const expression of rules) prometheus.query(expression);
  const silent = panels.filter((expression) => prometheus.query(expression).length === 0);
  const unknown = [...selectors].filter((selector) => prometheus.query(selector).length === 0);
  console.log(
    `${rules.length} rules valid, ${panels.length - silent.length} of ${panels.length} panel queries with series`,
  );
  expect(silent).toEqual([]);
  expect(unknown).toEqual([]);
});

function queriesOfDashboard(): readonly string[] {
  const dashboard = JSON.parse(readFileSync(`${chart}/files/dashboard.json`, 'utf8')) as {
    panels: { targets?: { expr: string }[] }[];
  };
  return dashboard.panels
    .flatMap(({ targets }) => targets ?? [])
    .map(({ expr }) =>
      expr
        .replaceAll('$namespace', place.namespace)
        .replaceAll('$job', 'hookgate')
        .replaceAll('$__rate_interval', '5m'),
    );
}
