/** What an injector that answers reviews counts, beside its looks. */
import { Counter, Gauge, Histogram } from 'prom-client';
import { createLookMetrics } from './look-metrics.ts';

export type InjectorMetrics = ReturnType<typeof createInjectorMetrics>;

const reviewSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Registers every metric beside those of the looks; each series exists at 0. */
export function createInjectorMetrics(reasons: readonly string[], { registry } = createLookMetrics()) {
  const registers = [registry];
  const metrics = {
    registry,
    injections: new Counter({
      name: 'hookgate_injections_total',
      help: 'Pods by result: injected, unchanged (a second pass), denied, or not_opted_in.',
      labelNames: ['result'] as const,
      registers,
    }),
    denials: new Counter({
      name: 'hookgate_injection_denials_total',
      help: 'Pods that could not be guarded, by reason (docs/injector.md).',
      labelNames: ['reason'] as const,
      registers,
    }),
    warnings: new Counter({
      name: 'hookgate_injection_warnings_total',
      help: 'Workloads that were applied with a warning.',
      registers,
    }),
    reviewSeconds: new Histogram({
      name: 'hookgate_injection_review_duration_seconds',
      help: 'Time until a review was answered.',
      buckets: reviewSeconds,
      registers,
    }),
    malformed: new Counter({
      name: 'hookgate_injection_malformed_requests_total',
      help: 'Requests that were no review; none of them was allowed.',
      registers,
    }),
    faults: new Counter({
      name: 'hookgate_injection_faults_total',
      help: 'Reviews that failed inside the injector; none of them was allowed.',
      registers,
    }),
    certificateEnd: new Gauge({
      name: 'hookgate_injector_certificate_expiry_timestamp_seconds',
      help: 'End of validity of the certificate that is served, and of its authority.',
      labelNames: ['certificate'] as const,
      registers,
    }),
    rotations: new Counter({
      name: 'hookgate_injector_certificate_changes_total',
      help: 'Changes of the certificate that is served.',
      registers,
    }),
    certificateFaults: new Counter({
      name: 'hookgate_injector_certificate_faults_total',
      help: 'Looks at Secret and webhooks that failed; what is in force stays.',
      registers,
    }),
  };
  for (const result of ['injected', 'unchanged', 'denied', 'not_opted_in'])
    metrics.injections.inc({ result }, 0);
  for (const reason of reasons) metrics.denials.inc({ reason }, 0);
  return metrics;
}
