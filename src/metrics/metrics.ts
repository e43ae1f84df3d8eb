/**
 * The names and handles of everything that is counted. Labels are bounded: routes, reasons, keys and encodings, but
 * never an address, an event id or the name of an event that nobody has verified.
 */
import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import { outcomes } from '../delivery/answer.ts';
import { rejectionCodes } from '../delivery/rejections.ts';
import { PairCounter } from './pair-counter.ts';
import { PairHistogram } from './pair-histogram.ts';
import { TripleCounter } from './triple-counter.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/** The `route` label of what was refused before a route was known. */
export const noRoute = 'none';

/**
 * How long the timer waits whose lateness tells that the event loop was held up. `nodejs_eventloop_lag_…` are times
 * between two of its calls, this wait among them.
 */
export const eventLoopTimerMs = 100;

const answerSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25];
const gateSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 1];
const codeClasses = ['1xx', '2xx', '3xx', '4xx', '5xx', 'none'] as const;
const storeResults = {
  claim: ['claimed', 'in_flight', 'delivered', 'error'],
  confirm: ['recorded', 'taken_over', 'error'],
  release: ['released', 'error'],
} as const;

/** Registers every metric in a registry of its own. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopTimerMs });

  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name, help, labelNames, registers });
  // The registry asks a metric for its values and nothing else, but declares its own classes.
  const register = <M extends PairCounter<string, string> | PairHistogram | TripleCounter<string>>(
    metric: M,
  ): M => {
    registry.registerMetric(metric as unknown as Metric);
    return metric;
  };
  const pairCounter = (name: string, help: string, labelNames: readonly [string, string]) =>
    register(new PairCounter(name, help, labelNames));
  const pairHistogram = (
    name: string,
    help: string,
    labelNames: readonly [] | readonly [string, string],
    bounds: readonly number[],
  ) => register(new PairHistogram(name, help, labelNames, bounds));

  const metrics = {
    registry,
    deliveries: pairCounter('hookgate_deliveries_total', 'Deliveries by how they ended.', [
      'route',
      'outcome',
    ]),
    rejections: pairCounter('hookgate_rejections_total', 'Refusals by reason.', ['route', 'reason']),
    wouldReject: pairCounter(
      'hookgate_would_reject_total',
      'What observe mode, or a store that was down, let through although it would have been refused.',
      ['route', 'reason'],
    ),
    deliverySeconds: pairHistogram(
      'hookgate_delivery_duration_seconds',
      'From the arrival of the head until the answer is known.',
      ['route', 'outcome'],
      answerSeconds,
    ),
    gateSeconds: pairHistogram(
      'hookgate_gate_duration_seconds',
      'Time that the gate itself adds: without waiting for the body, the application or another attempt at the event.',
      [],
      gateSeconds,
    ),
    upstreamSeconds: pairHistogram(
      'hookgate_upstream_duration_seconds',
      'Time until the answer of the application was complete.',
      ['route', 'code_class'],
      answerSeconds,
    ),
    checksumMatches: register(
      new TripleCounter(
        'hookgate_checksum_matches_total',
        'Signatures that held, by route, key and encoding.',
        ['route', 'key', 'encoding'],
      ),
    ),
    storeOperations: pairCounter(
      'hookgate_duplicate_store_operations_total',
      'Operations on the duplicate store by result.',
      ['operation', 'result'],
    ),
    storeUp: gauge('hookgate_duplicate_store_up', '1 while the duplicate store answers.'),
    damagedRecords: gauge(
      'hookgate_duplicate_store_damaged_records',
      "Damaged records of the store's file, and transactions of a -wal file that the start found damaged: repeats of these events may get through.",
    ),
    unrecorded: gauge(
      'hookgate_unrecorded_events',
      'Events the application accepted that only the memory of this process remembers.',
    ),
    forgotten: counter(
      'hookgate_unrecorded_events_forgotten_total',
      'Accepted events that no store recorded and this process remembers no longer: repeats reach the application.',
      ['reason'],
    ),
    takenOver: counter(
      'hookgate_claims_taken_over_total',
      'Claims that lapsed and were taken over before the application had answered.',
    ),
    oldestUndelivered: gauge(
      'hookgate_oldest_undelivered_seconds',
      'Age of the oldest verified event that the application has not accepted; 0 when there is none.',
      ['route'],
    ),
    inFlight: gauge('hookgate_in_flight', 'Deliveries in progress.'),
    allowlistEntries: gauge(
      'hookgate_allowlist_entries',
      'Entries of the allowlist in force; none for a route whose allowlist is off.',
      ['route'],
    ),
    reloads: counter('hookgate_config_reloads_total', 'Reloads by result.', ['result']),
    lastReloadGood: gauge(
      'hookgate_config_last_reload_successful',
      '1 while what was last read of configuration, keys and allowlist is in force; 0 while a bad change is not.',
    ),
    lastReload: gauge(
      'hookgate_config_last_reload_success_timestamp_seconds',
      'When configuration, keys and allowlist were last loaded without a problem.',
    ),
    connectionsRefused: counter('hookgate_connections_refused_total', 'Connections cut at once, by reason.', [
      'reason',
    ]),
    passedThrough: counter(
      'hookgate_passthrough_requests_total',
      'Requests on other paths streamed to the application, by class of status; none where it gave no answer.',
      ['code_class'],
    ),
    nearMissSearches: counter(
      'hookgate_near_miss_searches_total',
      'Searches for why the event of a listed sender was refused, by result.',
      ['result'],
    ),
    probes: counter('hookgate_probes_total', 'Answers to hookgate prove, which are no deliveries.'),
    logLinesDropped: counter(
      'hookgate_log_lines_dropped_total',
      'Lines of the log that were lost: nobody read standard output, or it could not be written.',
    ),
    buildInfo: gauge('hookgate_build_info', 'Always 1; the labels say what runs.', ['version', 'node']),
  };

  for (const [operation, results] of Object.entries(storeResults)) {
    for (const result of results) metrics.storeOperations.zero(operation, result);
  }
  for (const reason of ['too_many', 'shutdown']) metrics.forgotten.inc({ reason }, 0);
  for (const result of ['success', 'failure']) metrics.reloads.inc({ result }, 0);
  for (const result of ['found', 'nothing', 'failed']) metrics.nearMissSearches.inc({ result }, 0);
  for (const reason of ['connections', 'connections_per_peer', 'tls_handshake'])
    metrics.connectionsRefused.inc({ reason }, 0);
  for (const code_class of codeClasses) metrics.passedThrough.inc({ code_class }, 0);
  metrics.gateSeconds.zero();
  metrics.lastReloadGood.set(1);
  return metrics;
}

/** Lets every series of these routes exist at 0, so that a first event shows as an increase. */
export function zeroRouteSeries(metrics: Metrics, routes: readonly string[]): void {
  for (const route of [noRoute, ...routes]) {
    for (const reason of rejectionCodes) {
      metrics.rejections.zero(route, reason);
      metrics.wouldReject.zero(route, reason);
    }
    for (const outcome of outcomes) {
      metrics.deliveries.zero(route, outcome);
      metrics.deliverySeconds.zero(route, outcome);
    }
    if (route === noRoute) continue;
    for (const code_class of codeClasses) metrics.upstreamSeconds.zero(route, code_class);
    metrics.oldestUndelivered.set({ route }, 0);
  }
}

/** What the checksum series of one route are: its live keys, and the encodings that it tries. */
export interface RouteKeys {
  readonly route: string;
  readonly keys: readonly string[];
  readonly encodings: readonly string[];
}

/** Keeps the checksum series at exactly the live keys: a key that is gone must not look merely unused. */
export function keepKeySeries({ checksumMatches }: Metrics, routes: readonly RouteKeys[]): void {
  for (const route of checksumMatches.firsts) {
    const keys = routes.find((live) => live.route === route)?.keys ?? [];
    checksumMatches.keep(route, (key) => keys.includes(key));
  }
  for (const { route, keys, encodings } of routes) {
    for (const key of keys) for (const encoding of encodings) checksumMatches.zero(route, key, encoding);
  }
}

/** `2xx` and the like; `none` where there was no answer. */
export function codeClass(status: number | undefined): (typeof codeClasses)[number] {
  return status === undefined ? 'none' : (codeClasses[Math.floor(status / 100) - 1] ?? 'none');
}
