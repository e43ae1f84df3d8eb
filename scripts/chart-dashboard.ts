/** Writes the chart's Grafana dashboard, charts/hookgate/files/dashboard.json. `--check` only looks. */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../charts/hookgate/files/dashboard.json', import.meta.url).pathname;
/** Every query is limited to what the two variables at the top of the dashboard select. */
const where = 'namespace=~"$namespace",job=~"$job"';

interface Panel {
  readonly title: string;
  readonly kind: 'timeseries' | 'stat';
  readonly unit: string;
  /** Legend → query. */
  readonly queries: Readonly<Record<string, string>>;
  readonly about: string;
}

const quantile = (q: number, metric: string, by = 'le') =>
  `histogram_quantile(${q}, sum by (${by}) (rate(${metric}_bucket{${where}}[$__rate_interval])))`;

/** In reading order, four to a row. */
const panels: readonly Panel[] = [
  {
    title: 'Oldest event not accepted (48-hour clock)',
    kind: 'stat',
    unit: 's',
    queries: { '{{route}}': `max by (route) (hookgate_oldest_undelivered_seconds{${where}})` },
    about:
      'Age of the oldest genuine event that the application has not accepted. The provider gives up after 48 hours.',
  },
  {
    title: 'Duplicate store',
    kind: 'stat',
    unit: 'bool_on_off',
    queries: { up: `min(hookgate_duplicate_store_up{${where}})` },
    about: '1 while the memory of delivered events answers.',
  },
  {
    title: 'Allowlist entries',
    kind: 'stat',
    unit: 'short',
    queries: { entries: `min(hookgate_allowlist_entries{${where}})` },
    about: 'At 0 every event is refused.',
  },
  {
    title: 'In flight',
    kind: 'stat',
    unit: 'short',
    queries: { deliveries: `sum(hookgate_in_flight{${where}})` },
    about: 'Deliveries in progress.',
  },
  {
    title: 'Deliveries by outcome',
    kind: 'timeseries',
    unit: 'reqps',
    queries: {
      '{{outcome}}': `sum by (outcome) (rate(hookgate_deliveries_total{${where}}[$__rate_interval]))`,
    },
    about: 'How deliveries ended, duplicates among them.',
  },
  {
    title: 'Rejections by reason',
    kind: 'timeseries',
    unit: 'reqps',
    queries: {
      '{{reason}}': `sum by (reason) (rate(hookgate_rejections_total{${where}}[$__rate_interval])) > 0`,
    },
    about: 'Codes as in docs/rejections.md.',
  },
  {
    title: 'Would be rejected (observe mode)',
    kind: 'timeseries',
    unit: 'reqps',
    queries: {
      '{{reason}}': `sum by (reason) (rate(hookgate_would_reject_total{${where}}[$__rate_interval]))`,
    },
    about: 'What enforce would refuse. Switch to enforce once only forgeries are left here.',
  },
  {
    title: 'Duplicates',
    kind: 'timeseries',
    unit: 'short',
    queries: {
      'suppressed in an hour': `sum(increase(hookgate_deliveries_total{${where},outcome="duplicate"}[1h]))`,
    },
    about: 'Repeats that were answered 200 without the application.',
  },
  {
    title: 'Time the gate adds',
    kind: 'timeseries',
    unit: 's',
    queries: {
      p50: quantile(0.5, 'hookgate_gate_duration_seconds'),
      p99: quantile(0.99, 'hookgate_gate_duration_seconds'),
    },
    about: 'Without the wait for the body and for the application.',
  },
  {
    title: 'Time the application takes',
    kind: 'timeseries',
    unit: 's',
    queries: {
      p50: quantile(0.5, 'hookgate_upstream_duration_seconds'),
      p99: quantile(0.99, 'hookgate_upstream_duration_seconds'),
    },
    about: 'Until its answer was complete.',
  },
  {
    title: 'Whole delivery by outcome, p99',
    kind: 'timeseries',
    unit: 's',
    queries: { '{{outcome}}': quantile(0.99, 'hookgate_delivery_duration_seconds', 'le, outcome') },
    about: 'From the arrival of the head until the answer is known.',
  },
  {
    title: 'Answers of the application',
    kind: 'timeseries',
    unit: 'reqps',
    queries: {
      '{{code_class}}': `sum by (code_class) (rate(hookgate_upstream_duration_seconds_count{${where}}[$__rate_interval]))`,
    },
    about: 'By class of status; none where it gave no answer.',
  },
  {
    title: 'Checksum matches by key',
    kind: 'timeseries',
    unit: 'short',
    queries: { '{{key}}': `sum by (key) (increase(hookgate_checksum_matches_total{${where}}[1h]))` },
    about: 'A key at 0 for longer than the retention can be removed.',
  },
  {
    title: 'Checksum matches by encoding',
    kind: 'timeseries',
    unit: 'short',
    queries: {
      '{{encoding}}': `sum by (encoding) (increase(hookgate_checksum_matches_total{${where}}[1h]))`,
    },
    about: 'A change here means that the sender writes its events in another way.',
  },
  {
    title: 'Store operations',
    kind: 'timeseries',
    unit: 'ops',
    queries: {
      '{{operation}} {{result}}': `sum by (operation, result) (rate(hookgate_duplicate_store_operations_total{${where}}[$__rate_interval]))`,
    },
    about: 'Claims, confirmations and releases by result.',
  },
  {
    title: 'Reloads',
    kind: 'timeseries',
    unit: 'short',
    queries: {
      '{{result}} in an hour': `sum by (result) (increase(hookgate_config_reloads_total{${where}}[1h]))`,
      'last one in force': `min(hookgate_config_last_reload_successful{${where}})`,
    },
    about: 'Config, allowlist, keys and certificates.',
  },
];

/** The dashboard as Grafana reads it. */
export function dashboardJson(): string {
  const dashboard = {
    title: 'Hookgate',
    uid: 'hookgate',
    tags: ['hookgate'],
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus' },
        variable('namespace', 'label_values(hookgate_build_info, namespace)'),
        variable('job', 'label_values(hookgate_build_info{namespace=~"$namespace"}, job)'),
      ],
    },
    panels: panels.map(panelJson),
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

function panelJson(panel: Panel, index: number) {
  const stats = index < 4;
  return {
    id: index + 1,
    type: panel.kind,
    title: panel.title,
    description: panel.about,
    datasource: { type: 'prometheus', uid: '$datasource' },
    gridPos: {
      x: (index % 4) * 6,
      y: stats ? 0 : 4 + (Math.floor(index / 4) - 1) * 8,
      w: 6,
      h: stats ? 4 : 8,
    },
    fieldConfig: { defaults: { unit: panel.unit }, overrides: [] },
    targets: Object.entries(panel.queries).map(([legendFormat, expr], number) => ({
      refId: String.fromCharCode(65 + number),
      expr,
      legendFormat,
    })),
  };
}

if (import.meta.filename === process.argv[1]) {
  if (process.argv.includes('--check'))
    process.exitCode = readFileSync(file, 'utf8') === dashboardJson() ? 0 : 1;
  else writeFileSync(file, dashboardJson());
}
