import { appendFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chart, helm } from '../support/helm.ts';
import { type AlertCase, ofOthers, playAlerts } from '../support/promtool-alerts.ts';
import { requireProgram } from '../support/require-program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const promtool = requireProgram('promtool');
const labels = 'namespace="shop",job="hookgate-admin"';
const refused = `hookgate_rejections_total{${labels},route="juicyway",reason="checksum_mismatch"}`;
const matches = (key: string, encoding: string) =>
  `hookgate_checksum_matches_total{${labels},route="juicyway",key="${key}",encoding="${encoding}"}`;
const alive = { series: `hookgate_build_info{${labels}}`, values: '1x20000' };

/** One sample a minute. */
const cases: readonly AlertCase[] = [
  {
    // Neither guarded pods nor another release in the namespace stand in for the gateway.
    alert: 'HookgateDown',
    series: [
      { series: `hookgate_build_info{${labels}}`, values: '1x10 _x60' },
      { series: 'hookgate_build_info{namespace="shop",job="shop/hookgate-sidecar"}', values: '1x100' },
      { series: 'hookgate_build_info{namespace="shop",job="second-hookgate-admin"}', values: '1x100' },
    ],
    firing: ['30m'],
    quiet: ['10m', '15m'],
  },
  {
    // Two in a quarter of an hour are its usual rate; then thirty.
    alert: 'HookgateEventsRefused',
    series: [alive, { series: refused, values: '0+0.1x1500 152+2x30' }],
    firing: ['1525m'],
    quiet: ['1490m'],
  },
  {
    // Without a day before it: five at once are enough.
    alert: 'HookgateEventsRefused',
    series: [alive, { series: refused, values: '0x9 8x60' }],
    firing: ['12m'],
    quiet: ['5m', '40m'],
  },
  ...(['1h', '24h', '40h'] as const).map((age) => ({
    alert: `HookgateEventUndelivered${age}`,
    series: [
      alive,
      { series: `hookgate_oldest_undelivered_seconds{${labels},route="juicyway"}`, values: '0+60x3000' },
    ],
    firing: [`${Number.parseInt(age, 10) * 60 + 2}m`],
    quiet: [`${Number.parseInt(age, 10) * 60 - 2}m`],
  })),
  {
    alert: 'HookgateStoreDown',
    series: [alive, { series: `hookgate_duplicate_store_up{${labels}}`, values: '1x5 0x10 1x10' }],
    firing: ['8m'],
    quiet: ['5m', '20m'],
  },
  {
    alert: 'HookgateEventsUnrecorded',
    series: [alive, { series: `hookgate_unrecorded_events{${labels}}`, values: '0x5 3x10 0x10' }],
    firing: ['9m'],
    quiet: ['5m', '20m'],
  },
  {
    alert: 'HookgateEventsForgotten',
    series: [
      alive,
      {
        series: `hookgate_unrecorded_events_forgotten_total{${labels},reason="too_many"}`,
        values: '0x5 3x100 4x100',
      },
    ],
    firing: ['9m', '60m', '110m'],
    quiet: ['4m', '80m', '190m'],
  },
  {
    // A container that began anew has counted fewer than the one before.
    alert: 'HookgateEventsForgotten',
    series: [
      alive,
      {
        series: `hookgate_unrecorded_events_forgotten_total{${labels},reason="too_many"}`,
        values: '3x50 0x20 2x100',
      },
    ],
    firing: ['75m'],
    quiet: ['50m', '69m'],
  },
  {
    alert: 'HookgateStoreDamaged',
    series: [
      alive,
      { series: `hookgate_duplicate_store_damaged_records{${labels}}`, values: '0x5 2x10 0x10' },
    ],
    firing: ['9m'],
    quiet: ['5m', '20m'],
  },
  {
    alert: 'HookgateAllowlistEmpty',
    // The list of one route is enough.
    series: [
      alive,
      { series: `hookgate_allowlist_entries{${labels},route="juicyway"}`, values: '5x25' },
      { series: `hookgate_allowlist_entries{${labels},route="stripe"}`, values: '3x5 0x10 3x10' },
    ],
    firing: ['9m'],
    quiet: ['5m', '20m'],
  },
  {
    alert: 'HookgateReloadFailing',
    series: [alive, { series: `hookgate_config_last_reload_successful{${labels}}`, values: '1x5 0x20 1x10' }],
    firing: ['15m'],
    quiet: ['5m', '30m'],
  },
  {
    alert: 'HookgateLogLinesDropped',
    series: [alive, { series: `hookgate_log_lines_dropped_total{${labels}}`, values: '0x5 40x60' }],
    firing: ['9m'],
    quiet: ['5m', '30m'],
  },
];

/** One sample every ten minutes; the retention is 49 hours here, which are 2,940 minutes. */
const slowCases: readonly AlertCase[] = [
  {
    alert: 'HookgateKeyUnused',
    series: [
      alive,
      { series: matches('new', 'sorted'), values: '0+1x600' },
      { series: matches('old', 'sorted'), values: '0+1x10 10x590' },
    ],
    firing: ['3200m'],
    quiet: ['2900m', '3060m'],
  },
  {
    alert: 'HookgateEncodingChanged',
    series: [
      alive,
      { series: matches('live', 'sorted'), values: '0+1x50 50x50' },
      { series: matches('live', 'received'), values: '0x50 0+1x50' },
    ],
    firing: ['540m'],
    quiet: ['490m', '800m'],
  },
];

test.runIf(promtool)(
  'the rules pass promtool, and each alert fires when it should and only then',
  () => {
    const alerts = new Set([...cases, ...slowCases].map(({ alert }) => alert));
    const settings = ['--set-json', 'prometheusRule.disabled=[]', '--set', 'duplicates.retention=49h'];
    playAlerts('monitoring', settings, alerts.size, { '1m': cases, '10m': slowCases });
  },
  120_000,
);

test.runIf(promtool)(
  'no alert judges another release of the namespace, nor its guarded pods',
  () => {
    const others = ['second-hookgate-admin', 'shop/second-hookgate', 'shop/second-hookgate-sidecar'];
    const jobs = others.map((job) => `job="${job}"`);
    const theirs = (some: readonly AlertCase[]) => ofOthers(some, 'job="hookgate-admin"', jobs, alive);
    const settings = ['--set-json', 'prometheusRule.disabled=[]', '--set', 'duplicates.retention=49h'];
    playAlerts('monitoring', settings, 14, { '1m': theirs(cases.slice(1)), '10m': theirs(slowCases) });
  },
  120_000,
);

test.runIf(promtool)(
  "an undelivered event is judged by its own sender's window: half of Stripe's 72 hours are 36",
  () => {
    const undelivered = (route: string) => ({
      alert: 'HookgateEventUndelivered24h',
      series: [
        alive,
        { series: `hookgate_oldest_undelivered_seconds{${labels},route="${route}"}`, values: '0+600x500' },
      ],
    });
    const settings = ['--set', 'prometheusRule.enabled=true'];
    const rules = new Set([...cases, ...slowCases].map(({ alert }) => alert)).size;
    playAlerts('three-senders', settings, rules, {
      '10m': [
        { ...undelivered('juicyway'), firing: ['1460m'], quiet: ['1430m'] },
        { ...undelivered('stripe'), firing: ['2180m'], quiet: ['1460m', '2150m'] },
      ],
    });
  },
  120_000,
);

test.each(['files/rules.yaml', 'files/rules-injector.yaml'])(
  '%s that cannot be read is no release without alerts',
  (file) => {
    const broken = join(temporaryDirectory(), 'hookgate');
    cpSync(chart, broken, { recursive: true });
    appendFileSync(join(broken, file), '\n}: [\n');
    const values = join(broken, 'ci/sidecar.yaml');
    const settings = ['--set', 'prometheusRule.enabled=true', '--kube-version', '1.36.0'];
    const { status, stderr } = helm(['template', 'hookgate', broken, '-f', values, ...settings]);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/the alerts cannot be read: .*yaml/);
  },
);
