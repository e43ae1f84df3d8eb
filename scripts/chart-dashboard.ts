/** Writes the chart's Grafana dashboards, charts/hookgate/files/dashboard*.json. `--check` only looks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { injectorRows } from './dashboard-injector-panels.ts';
import { type Panel, rows } from './dashboard-panels.ts';

const files = new URL('../charts/hookgate/files/', import.meta.url).pathname;

/** File of the chart → a dashboard as Grafana reads it. */
export const dashboards: Readonly<Record<string, () => string>> = {
  'dashboard.json': gateDashboard,
  'dashboard-injector.json': injectorDashboard,
};

/** Where an injector runs. */
function injectorDashboard(): string {
  return dashboardOf({ title: 'Hookgate injector', uid: 'hookgate-injector' }, injectorRows, [
    variable('namespace', 'label_values(hookgate_injector_build_info, namespace)'),
    variable('job', 'label_values(hookgate_injector_build_info{namespace=~"$namespace"}, job)'),
  ]);
}

function gateDashboard(): string {
  return dashboardOf({ title: 'Hookgate', uid: 'hookgate' }, rows, [
    variable('namespace', 'label_values(hookgate_build_info, namespace)'),
    variable('job', 'label_values(hookgate_build_info{namespace=~"$namespace"}, job)'),
    variable(
      'route',
      'label_values(hookgate_oldest_undelivered_seconds{namespace=~"$namespace",job=~"$job"}, route)',
    ),
  ]);
}

function dashboardOf(
  name: { readonly title: string; readonly uid: string },
  panels: Readonly<Record<string, readonly Panel[]>>,
  variables: readonly object[],
): string {
  const dashboard = {
    ...name,
    tags: ['hookgate'],
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }, ...variables],
    },
    annotations: { list: [firingAlerts] },
    panels: laidOut(panels),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

function variable(name: string, query: string) {
  return {
    name,
    type: 'query',
    datasource: { type: 'prometheus', uid: '$datasource' },
    query,
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  };
}

/** A mark on every graph where one of the chart's alerts begins to fire. */
const firingAlerts = {
  name: 'Alerts firing',
  enable: true,
  iconColor: 'red',
  datasource: { type: 'prometheus', uid: '$datasource' },
  expr: 'ALERTS{alertname=~"Hookgate.+",alertstate="firing",namespace=~"$namespace",job=~"$job|"}',
  titleFormat: '{{alertname}}',
  step: '60s',
};

/** Grafana's grid is 24 wide; every row of the table above has a heading, one unit high. */
function laidOut(rows: Readonly<Record<string, readonly Panel[]>>): object[] {
  const placed: object[] = [];
  let y = 0;
  for (const [title, panels] of Object.entries(rows)) {
    placed.push({
      id: placed.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: 24, h: 1 },
      panels: [],
    });
    y += 1;
    const perLine = panels[0]?.kind === 'stat' ? 6 : 3;
    const [w, h] = [24 / perLine, perLine === 6 ? 4 : 8];
    for (const [index, panel] of panels.entries()) {
      const line = Math.floor(index / perLine);
      placed.push(panelJson(panel, placed.length + 1, { x: (index % perLine) * w, y: y + line * h, w, h }));
    }
    y += Math.ceil(panels.length / perLine) * h;
  }
  return placed;
}

function panelJson(panel: Panel, id: number, gridPos: object) {
  const { thresholds, words, kind } = panel;
  const steps = thresholds?.map(([value, color]) => ({ value, color }));
  const options = Object.entries(words ?? {}).map(([value, text]) => [value, { text }]);
  return {
    id,
    type: kind,
    title: panel.title,
    description: panel.about,
    datasource: { type: 'prometheus', uid: '$datasource' },
    gridPos,
    fieldConfig: {
      defaults: {
        unit: panel.unit,
        ...(steps === undefined ? {} : { thresholds: { mode: 'absolute', steps } }),
        ...(words === undefined
          ? {}
          : { mappings: [{ type: 'value', options: Object.fromEntries(options) }] }),
        ...(steps !== undefined && kind === 'timeseries'
          ? { custom: { thresholdsStyle: { mode: 'line' } } }
          : {}),
      },
      overrides: [],
    },
    ...(kind === 'stat'
      ? { options: { colorMode: 'background', textMode: 'auto', reduceOptions: { calcs: ['lastNotNull'] } } }
      : {}),
    targets: Object.entries(panel.queries).map(([legendFormat, expr], number) => ({
      refId: String.fromCharCode(65 + number),
      expr,
      legendFormat,
    })),
  };
}

if (import.meta.filename === process.argv[1]) {
  for (const [file, text] of Object.entries(dashboards)) {
    if (!process.argv.includes('--check')) writeFileSync(files + file, text());
    else if (readFileSync(files + file, 'utf8') !== text()) process.exitCode = 1;
  }
}
