/** What the chart's Grafana dashboard shows, in the order in which somebody who was woken asks. */

import { eventLoopTimerMs } from '../src/metrics/metrics.ts';

/** Every query is limited to what the two variables at the top of the dashboard select. */
export const where = 'namespace=~"$namespace",job=~"$job"';

/** Those of them that know their route. */
const ofRoute = `${where},route=~"$route"`;

export interface Panel {
  readonly title: string;
  readonly kind: 'timeseries' | 'stat';
  readonly unit: string;
  /** Legend → query. */
  readonly queries: Readonly<Record<string, string>>;
  readonly about: string;
  /** Colour from a value on; a stat shows it, a graph draws it as a line. */
  readonly thresholds?: readonly (readonly [from: number | null, colour: string])[];
  /** What a number is called. */
  readonly words?: Readonly<Record<number, string>>;
}

const quantile = (q: number, metric: string, by = 'le', selected = where) =>
  `histogram_quantile(${q}, sum by (${by}) (rate(${metric}_bucket{${selected}}[$__rate_interval])))`;
/** Webhooks are few, so that a rate is told by the minute. */
const perMinute = (metric: string, by: string, selected: string) =>
  `sum by (${by}) (rate(${metric}{${selected}}[$__rate_interval])) * 60`;

export const badFrom1 = [
  [null, 'green'],
  [1, 'orange'],
] as const;
const bad0 = [
  [null, 'red'],
  [1, 'green'],
] as const;
const hour = 3600;
/** The alerts' steps, and the provider's last word. */
const clockSteps = [
  [null, 'green'],
  [hour, 'yellow'],
  [24 * hour, 'orange'],
  [40 * hour, 'red'],
] as const;

/** Heading → panels. A row is either all stats, six to a line, or all graphs, three to a line. */
export const rows: Readonly<Record<string, readonly Panel[]>> = {
  'Is anything wrong?': [
    {
      title: 'Oldest event not accepted',
      kind: 'stat',
      unit: 's',
      queries: { '{{route}}': `max by (route) (hookgate_oldest_undelivered_seconds{${ofRoute}})` },
      about:
        'The 48-hour clock: age of the oldest genuine event that the application has not accepted. The provider gives up after 48 hours.',
      thresholds: clockSteps,
    },
    {
      title: 'Duplicate store',
      kind: 'stat',
      unit: 'short',
      queries: { '': `min(hookgate_duplicate_store_up{${where}})` },
      about: 'Down: events are refused with 503 and come again, or repeats go through (whenStoreDown).',
      thresholds: bad0,
      words: { 0: 'down', 1: 'up' },
    },
    {
      title: 'Allowlist entries',
      kind: 'stat',
      unit: 'short',
      queries: { '{{route}}': `min by (route) (hookgate_allowlist_entries{${where}})` },
      about:
        'At 0 every event of the route is refused, unless its allowlist.mode is observe. A route whose list is off has none.',
      thresholds: bad0,
    },
    {
      title: 'Last reload',
      kind: 'stat',
      unit: 'short',
      queries: { '': `min(hookgate_config_last_reload_successful{${where}})` },
      about:
        'Refused: a change of config, allowlist, keys or certificate is not in force. The log names file and line.',
      thresholds: bad0,
      words: { 0: 'refused', 1: 'in force' },
    },
    {
      title: 'Accepted but not recorded',
      kind: 'stat',
      unit: 'short',
      queries: { '': `sum(hookgate_unrecorded_events{${where}})` },
      about:
        'Events that the application accepted and only one process remembers, since the store did not take the record.',
      thresholds: badFrom1,
    },
    {
      title: 'Pods',
      kind: 'stat',
      unit: 'short',
      queries: { '{{version}}': `count by (version) (hookgate_build_info{${where}})` },
      about: 'Pods that report, by version.',
    },
  ],
  'What becomes of the events': [
    {
      title: 'Deliveries by outcome',
      kind: 'timeseries',
      unit: 'cpm',
      queries: { '{{outcome}}': perMinute('hookgate_deliveries_total', 'outcome', ofRoute) },
      about:
        'Forwarded: the application accepted it. upstream_refused, upstream_failed and rejected come again.',
    },
    {
      title: 'Rejections by reason',
      kind: 'timeseries',
      unit: 'cpm',
      queries: {
        '{{reason}}': `${perMinute('hookgate_rejections_total', 'reason', `${where},route=~"$route|none"`)} > 0`,
      },
      about: 'Codes as in docs/rejections.md. /rejections on the admin port has the addresses.',
    },
    {
      title: 'Would be rejected (observe mode)',
      kind: 'timeseries',
      unit: 'cpm',
      queries: {
        '{{reason}}': `${perMinute('hookgate_would_reject_total', 'reason', `${where},route=~"$route|none"`)} > 0`,
      },
      about: 'What enforce would refuse. Switch to enforce once only forgeries are left here.',
    },
    {
      title: 'The 48-hour clock',
      kind: 'timeseries',
      unit: 's',
      queries: { '{{route}}': `max by (route) (hookgate_oldest_undelivered_seconds{${ofRoute}})` },
      about: 'Rising: the application does not accept an event. It falls to 0 with the acceptance.',
      thresholds: clockSteps,
    },
    {
      title: 'Duplicates',
      kind: 'timeseries',
      unit: 'short',
      queries: {
        'suppressed in an hour': `sum(increase(hookgate_deliveries_total{${ofRoute},outcome="duplicate"}[1h]))`,
      },
      about: 'Repeats that were answered 200 without the application.',
    },
    {
      title: 'Answers of the application',
      kind: 'timeseries',
      unit: 'cpm',
      queries: {
        '{{code_class}}': perMinute('hookgate_upstream_duration_seconds_count', 'code_class', ofRoute),
      },
      about: 'By class of status; none where it gave no answer. Anything but 2xx comes again.',
    },
  ],
  'Is it slow, and who is?': [
    {
      title: 'The gate against the application',
      kind: 'timeseries',
      unit: 's',
      queries: {
        'gate adds, p50': quantile(0.5, 'hookgate_gate_duration_seconds'),
        'gate adds, p99': quantile(0.99, 'hookgate_gate_duration_seconds'),
        'application takes, p50': quantile(0.5, 'hookgate_upstream_duration_seconds', 'le', ofRoute),
        'application takes, p99': quantile(0.99, 'hookgate_upstream_duration_seconds', 'le', ofRoute),
      },
      about: 'What the gate adds is without the wait for the body and for the application.',
    },
    {
      title: 'Whole delivery by outcome, p99',
      kind: 'timeseries',
      unit: 's',
      queries: {
        '{{outcome}}': quantile(0.99, 'hookgate_delivery_duration_seconds', 'le, outcome', ofRoute),
      },
      about: 'From the arrival of the head until the answer is known.',
    },
    {
      title: 'In flight',
      kind: 'timeseries',
      unit: 'short',
      queries: { '{{pod}}': `sum by (pod) (hookgate_in_flight{${where}})` },
      about: 'Deliveries in progress. At limits.inFlight further ones are answered 503 (overloaded).',
    },
  ],
  'Keys, encodings, store, reloads': [
    {
      title: 'Checksum matches by key',
      kind: 'timeseries',
      unit: 'short',
      queries: {
        '{{route}} {{key}}': `sum by (route, key) (increase(hookgate_checksum_matches_total{${ofRoute}}[1h]))`,
      },
      about: 'In an hour. A key at 0 for longer than the retention can be removed.',
    },
    {
      title: 'Checksum matches by encoding',
      kind: 'timeseries',
      unit: 'short',
      queries: {
        '{{route}} {{encoding}}': `sum by (route, encoding) (increase(hookgate_checksum_matches_total{${ofRoute}}[1h]))`,
      },
      about: 'In an hour. A change means that the sender writes its events in another way.',
    },
    {
      title: 'Store operations',
      kind: 'timeseries',
      unit: 'cpm',
      queries: {
        '{{operation}} {{result}}': perMinute(
          'hookgate_duplicate_store_operations_total',
          'operation, result',
          where,
        ),
      },
      about:
        'Claims, confirmations and releases by result. Errors are answered 503, or let through (whenStoreDown).',
    },
    {
      title: 'Reloads',
      kind: 'timeseries',
      unit: 'short',
      queries: {
        '{{result}} in an hour': `sum by (result) (increase(hookgate_config_reloads_total{${where}}[1h]))`,
      },
      about: 'Config, allowlist, keys and certificates.',
    },
    {
      title: 'Time since the last good reload',
      kind: 'timeseries',
      unit: 's',
      queries: {
        '{{pod}}': `time() - max by (pod) (hookgate_config_last_reload_success_timestamp_seconds{${where}})`,
      },
      about:
        'Pods that differ after a change: a kubelet has not handed it on (about 90 s), or one refused it.',
    },
    {
      title: 'Other traffic',
      kind: 'timeseries',
      unit: 'cpm',
      queries: {
        'passed through, {{code_class}}': perMinute(
          'hookgate_passthrough_requests_total',
          'code_class',
          where,
        ),
        'cut at once: {{reason}}': perMinute('hookgate_connections_refused_total', 'reason', where),
      },
      about: 'Paths that are no webhook, and connections beyond the limits.',
    },
  ],
  'The process': [
    {
      title: 'Memory',
      kind: 'timeseries',
      unit: 'bytes',
      queries: { '{{pod}}': `max by (pod) (process_resident_memory_bytes{${where}})` },
      about: 'Resident. Compare with resources.limits.memory.',
    },
    {
      title: 'Processor',
      kind: 'timeseries',
      unit: 'percentunit',
      queries: { '{{pod}}': `sum by (pod) (rate(process_cpu_seconds_total{${where}}[$__rate_interval]))` },
      about: 'Of one core.',
    },
    {
      title: 'Event loop held up, p99',
      kind: 'timeseries',
      unit: 's',
      queries: {
        '{{pod}}': `clamp_min(max by (pod) (nodejs_eventloop_lag_p99_seconds{${where}}) - ${eventLoopTimerMs / 1000}, 0)`,
      },
      about:
        'Everything waits while the event loop is held up. What Node measures holds the wait of its own timer, which is taken off here.',
    },
  ],
};
