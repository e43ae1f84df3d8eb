/** What the chart's Grafana dashboard of the injector shows. */
import { badFrom1, type Panel, where } from './dashboard-panels.ts';

const perMinute = (metric: string, by: string) =>
  `sum by (${by}) (rate(${metric}{${where}}[$__rate_interval])) * 60`;
const inAnHour = (metric: string) => `sum(increase(${metric}{${where}}[1h]))`;
const end = (certificate: string) =>
  `min(hookgate_injector_certificate_expiry_timestamp_seconds{${where},certificate="${certificate}"}) - time()`;

const badBelow = (seconds: number) =>
  [
    [null, 'red'],
    [seconds, 'green'],
  ] as const;

/** Heading → panels, as in the dashboard of the gate. */
export const injectorRows: Readonly<Record<string, readonly Panel[]>> = {
  'Is anything wrong?': [
    {
      title: 'Injectors',
      kind: 'stat',
      unit: 'short',
      queries: { '': `count(hookgate_injections_total{${where},result="injected"})` },
      about: 'Pods of the injector that report. At 0 no labelled pod is created.',
      thresholds: [
        [null, 'red'],
        [1, 'orange'],
        [2, 'green'],
      ],
    },
    {
      title: 'Certificate ends in',
      kind: 'stat',
      unit: 's',
      queries: { '': end('served') },
      about:
        'What is served to the API server. The injector replaces its own when a third of its life is left.',
      thresholds: badBelow(24 * 3600),
    },
    {
      title: 'Authority ends in',
      kind: 'stat',
      unit: 's',
      queries: { '': end('authority') },
      about: 'What signs it, with injector.certificates.mode selfManaged.',
      thresholds: badBelow(7 * 24 * 3600),
    },
    {
      title: 'Certificate faults, 1 h',
      kind: 'stat',
      unit: 'short',
      queries: { '': inAnHour('hookgate_injector_certificate_faults_total') },
      about: 'Looks at Secret and webhooks that failed. What is in force stays until its end.',
      thresholds: badFrom1,
    },
    {
      title: 'Faults, 1 h',
      kind: 'stat',
      unit: 'short',
      queries: { '': inAnHour('hookgate_injection_faults_total') },
      about: 'Reviews that failed inside the injector. Those pods were not created.',
      thresholds: badFrom1,
    },
    {
      title: 'Pods refused, 1 h',
      kind: 'stat',
      unit: 'short',
      queries: { '': inAnHour('hookgate_injection_denials_total') },
      about: 'Labelled pods that could not be guarded; the reasons are below.',
      thresholds: badFrom1,
    },
  ],
  'What goes past the gate?': [
    {
      title: 'Services past a gate',
      kind: 'stat',
      unit: 'short',
      queries: {
        '': `count(max by (guarded_namespace, service, port) (hookgate_service_past_gate_pods{${where}})) or vector(0)`,
      },
      about:
        'Ports of Services that lead past the gate of guarded pods. The events of the pods have the command that mends it.',
      thresholds: badFrom1,
    },
    {
      title: 'Labelled pods without a gate',
      kind: 'stat',
      unit: 'short',
      queries: {
        '': `sum(max by (guarded_namespace) (hookgate_unguarded_pods{${where}})) or vector(0)`,
      },
      about: 'Replace them (kubectl rollout restart).',
      thresholds: badFrom1,
    },
    {
      title: 'Other injectors',
      kind: 'stat',
      unit: 'short',
      queries: { '': `count(max by (rival) (hookgate_injector_rivals{${where}})) or vector(0)` },
      about: 'Injectors that select the same pods.',
      thresholds: badFrom1,
    },
    {
      title: 'Last look, ago',
      kind: 'stat',
      unit: 's',
      queries: { '': `time() - max(hookgate_injector_last_look_timestamp_seconds{${where}})` },
      about: 'The server of the injector looks, or the lookout of a policy.',
      thresholds: [
        [null, 'green'],
        [900, 'orange'],
      ],
    },
  ],
  'What becomes of pods': [
    {
      title: 'Pods by result, a minute',
      kind: 'timeseries',
      unit: 'short',
      queries: { '{{result}}': perMinute('hookgate_injections_total', 'result') },
      about: 'A second pass over the same pod is "unchanged".',
    },
    {
      title: 'Refusals by reason, a minute',
      kind: 'timeseries',
      unit: 'short',
      queries: { '{{reason}}': `${perMinute('hookgate_injection_denials_total', 'reason')} > 0` },
      about: 'Reasons as in docs/injector.md, which has the remedies.',
    },
    {
      title: 'Workloads warned about, a minute',
      kind: 'timeseries',
      unit: 'short',
      queries: {
        warned: `sum(rate(hookgate_injection_warnings_total{${where}}[$__rate_interval])) * 60`,
        'no review': `sum(rate(hookgate_injection_malformed_requests_total{${where}}[$__rate_interval])) * 60`,
      },
      about: 'Workloads that were applied with a warning, and requests that were no review at all.',
    },
  ],
  'The injector itself': [
    {
      title: 'Time of a review',
      kind: 'timeseries',
      unit: 's',
      queries: Object.fromEntries(
        [0.5, 0.99].map((quantile) => [
          `p${quantile * 100}`,
          `histogram_quantile(${quantile}, sum by (le) (rate(hookgate_injection_review_duration_seconds_bucket{${where}}[$__rate_interval])))`,
        ]),
      ),
      about: 'The API server waits injector.timeoutSeconds (5) for it.',
    },
    {
      title: 'Changes of the certificate, 1 h',
      kind: 'timeseries',
      unit: 'short',
      queries: { changes: inAnHour('hookgate_injector_certificate_changes_total') },
      about: 'Each pod counts its own.',
    },
    {
      title: 'Memory',
      kind: 'timeseries',
      unit: 'bytes',
      queries: {
        '{{instance}}': `process_resident_memory_bytes{${where}} and on (instance) hookgate_injector_build_info`,
      },
      about: 'Resident memory by pod.',
    },
  ],
};
