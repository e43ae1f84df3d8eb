import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { rows } from '../../scripts/dashboard-panels.ts';
import { createMetrics, eventLoopTimerMs } from '../../src/metrics/metrics.ts';
import { until } from '../support/until.ts';

test('an event loop that nothing holds up reads as the wait of the timer', async () => {
  const { registry } = createMetrics();
  const besides = monitorEventLoopDelay({ resolution: eventLoopTimerMs });
  besides.enable();
  onTestFinished(() => void besides.disable());
  await until(() => besides.count >= 2);
  // Asking for this one sets the others.
  await registry.getSingleMetricAsString('nodejs_eventloop_lag_seconds');
  const least = await registry.getSingleMetricAsString('nodejs_eventloop_lag_min_seconds');
  // A timer may be a millisecond or so early.
  expect(Number(/ (\S+)$/.exec(least)?.[1])).toBeGreaterThan((eventLoopTimerMs * 0.9) / 1000);
});

test('so the dashboard takes it off', () => {
  const panel = Object.values(rows)
    .flat()
    .find(({ title }) => title === 'Event loop held up, p99');
  expect(Object.values(panel?.queries ?? {})).toEqual([
    expect.stringMatching(
      /^clamp_min\(max by \(pod\) \(nodejs_eventloop_lag_p99_seconds\{[^}]*\}\) - 0\.1, 0\)$/,
    ),
  ]);
});
