import { expect, test } from 'vitest';
import { outcomes } from '../../src/delivery/answer.ts';
import { rejectionCodes } from '../../src/delivery/rejections.ts';
import { version } from '../../src/version.ts';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';

/** Names and labels that operators' dashboards and alerts are written against. */
const promised: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  hookgate_deliveries_total: { route: ['juicyway', 'none'], outcome: outcomes },
  hookgate_rejections_total: { route: ['juicyway', 'none'], reason: rejectionCodes },
  hookgate_would_reject_total: { route: ['juicyway', 'none'], reason: rejectionCodes },
  hookgate_delivery_duration_seconds_count: { route: ['juicyway', 'none'], outcome: outcomes },
  hookgate_gate_duration_seconds_count: {},
  hookgate_upstream_duration_seconds_count: {
    route: ['juicyway'],
    code_class: ['1xx', '2xx', '3xx', '4xx', '5xx', 'none'],
  },
  hookgate_checksum_matches_total: {
    route: ['juicyway'],
    key: ['primary'],
    encoding: ['received', 'compact', 'sorted'],
  },
  hookgate_duplicate_store_operations_total: {
    operation: ['claim', 'confirm', 'release'],
    result: ['claimed', 'in_flight', 'delivered', 'recorded', 'taken_over', 'released', 'error'],
  },
  hookgate_oldest_undelivered_seconds: { route: ['juicyway'] },
  hookgate_in_flight: {},
  hookgate_config_reloads_total: { result: ['success', 'failure'] },
  hookgate_connections_refused_total: { reason: ['connections', 'connections_per_peer', 'tls_handshake'] },
  hookgate_passthrough_requests_total: { code_class: ['1xx', '2xx', '3xx', '4xx', '5xx', 'none'] },
  hookgate_claims_taken_over_total: {},
  hookgate_unrecorded_events: {},
  hookgate_log_lines_dropped_total: {},
};

/** What is not zero in a gate that has just started. */
const ofTheStart = [
  'hookgate_allowlist_entries{route="juicyway"} 1',
  'hookgate_duplicate_store_up 1',
  'hookgate_config_last_reload_successful 1',
];

async function seriesOf(adminUrl: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('hookgate_'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

test('all promised series exist before the first event, and are 0', async () => {
  const gate = await runGate((await startEventApplication()).url);

  const series = await seriesOf(gate.adminUrl);

  for (const [name, labels] of Object.entries(promised)) {
    for (const combination of combinations(labels)) {
      if (!isPossible(name, combination)) continue;
      const written = Object.entries(combination).map(([label, value]) => `${label}="${value}"`);
      const key = written.length === 0 ? name : `${name}{${written.join(',')}}`;
      expect(series.has(key), key).toBe(true);
      expect(series.get(key), key).toBe(0);
    }
  }
  for (const line of ofTheStart) expect(series.get(line.split(' ')[0] ?? '')).toBe(1);
  expect(series.get('hookgate_config_last_reload_success_timestamp_seconds')).toBeGreaterThan(1.7e9);
  const info = [...series].filter(([name]) => name.startsWith('hookgate_build_info{'));
  expect(info).toEqual([[`hookgate_build_info{version="${version}",node="${process.version}"}`, 1]]);
});

function combinations(labels: Readonly<Record<string, readonly string[]>>): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (before, [label, values]) =>
      before.flatMap((combination) => values.map((value) => ({ ...combination, [label]: value }))),
    [{}],
  );
}

/** A claim is never released with the result of a record. */
function isPossible(name: string, { operation, result }: Record<string, string>): boolean {
  if (name !== 'hookgate_duplicate_store_operations_total' || result === 'error') return true;
  const results: Record<string, readonly string[]> = {
    claim: ['claimed', 'in_flight', 'delivered'],
    confirm: ['recorded', 'taken_over'],
    release: ['released'],
  };
  return results[operation ?? '']?.includes(result ?? '') === true;
}
