/** What a look at Services, guarded pods and other injectors counts. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export type LookMetrics = ReturnType<typeof createLookMetrics>;

/** Registers every metric in a registry of its own. */
export function createLookMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    logLinesDropped: new Counter({
      name: 'hookgate_log_lines_dropped_total',
      help: 'Lines of the log that were lost: nobody read standard output, or it could not be written.',
      registers,
    }),
    servicesPast: new Gauge({
      name: 'hookgate_service_past_gate_pods',
      help: 'Guarded pods past whose gate a port of a Service leads, by the last look. Absent where there are none.',
      labelNames: ['guarded_namespace', 'service', 'port'] as const,
      registers,
    }),
    unguarded: new Gauge({
      name: 'hookgate_unguarded_pods',
      help: 'Labelled pods that run without a sidecar, by the last look. Absent where there are none.',
      labelNames: ['guarded_namespace'] as const,
      registers,
    }),
    rivals: new Gauge({
      name: 'hookgate_injector_rivals',
      help: 'Namespaces that another injector selects as well, by its name. Absent where there is none.',
      labelNames: ['rival'] as const,
      registers,
    }),
    lastLook: new Gauge({
      name: 'hookgate_injector_last_look_timestamp_seconds',
      help: 'When Services, guarded pods and other injectors were last looked at without a fault.',
      registers,
    }),
    buildInfo: new Gauge({
      name: 'hookgate_injector_build_info',
      help: 'Always 1; the labels say what runs.',
      labelNames: ['version', 'node'] as const,
      registers,
    }),
  };
}
