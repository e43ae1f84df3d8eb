import { test } from 'vitest';
import { type AlertCase, ofOthers, playAlerts } from '../support/promtool-alerts.ts';
import { requireProgram } from '../support/require-program.ts';

const promtool = requireProgram('promtool');
const labels = 'namespace="shop",job="shop/hookgate-injector"';
const alive = { series: `hookgate_injections_total{${labels},result="injected"}`, values: '0x20000' };
const denied = `hookgate_injection_denials_total{${labels},reason="port_not_found"}`;
const end = (certificate: string) =>
  `hookgate_injector_certificate_expiry_timestamp_seconds{${labels},certificate="${certificate}"}`;
const lastLook = (release: string) =>
  `hookgate_injector_last_look_timestamp_seconds{namespace="shop",job="shop/${release}-lookout"}`;
const day = 86_400;

const pastGate = (looker: string): AlertCase => ({
  alert: 'HookgateServiceLeadsPast',
  series: [
    alive,
    {
      series: `hookgate_service_past_gate_pods{namespace="shop",job="shop/${looker}",guarded_namespace="billing",service="payments",port="80"}`,
      values: '_x9 2x20 _x60',
    },
  ],
  firing: ['12m'],
  quiet: ['8m', '40m'],
});

/** One sample a minute, from the beginning of time on. */
const cases: readonly AlertCase[] = [
  {
    // Another release of the namespace does not stand in for this one.
    alert: 'HookgateInjectorDown',
    series: [
      { series: alive.series, values: '0x10 _x60' },
      { series: 'hookgate_injections_total{namespace="shop",job="shop/other-injector"}', values: '0x70' },
    ],
    firing: ['30m'],
    quiet: ['10m', '15m'],
  },
  {
    // A certificate for seven days is replaced with 56 h left; a quarter of its life is 42 h. Then it is replaced after all.
    alert: 'HookgateInjectorCertificateEnds',
    series: [alive, { series: end('served'), values: `${42 * 3600 + 1800}x60 ${7 * day}x60` }],
    firing: ['31m', '59m'],
    quiet: ['29m', '62m'],
  },
  {
    alert: 'HookgateInjectorCertificateEnds',
    series: [
      alive,
      { series: end('served'), values: `${7 * day}x60` },
      { series: end('authority'), values: `${(365 / 4) * day + 1800}x60` },
    ],
    firing: ['31m'],
    quiet: ['29m'],
  },
  {
    // A single look that failed is not enough.
    alert: 'HookgateInjectorCertificateFaults',
    series: [
      alive,
      { series: `hookgate_injector_certificate_faults_total{${labels}}`, values: '0x5 1x60 1+6x60' },
    ],
    firing: ['95m'],
    quiet: ['10m', '30m', '80m'],
  },
  {
    alert: 'HookgateInjectorFaults',
    series: [alive, { series: `hookgate_injection_faults_total{${labels}}`, values: '0x5 1x60' }],
    firing: ['7m'],
    quiet: ['5m', '30m'],
  },
  {
    // Two in a quarter of an hour are usual; then thirty.
    alert: 'HookgatePodsRefused',
    series: [alive, { series: denied, values: '0+0.1x1500 152+2x30' }],
    firing: ['1525m'],
    quiet: ['1490m'],
  },
  {
    alert: 'HookgatePodsRefused',
    series: [alive, { series: denied, values: '0x9 8x60' }],
    firing: ['12m'],
    quiet: ['5m', '40m'],
  },
  pastGate('hookgate-injector'),
  {
    alert: 'HookgatePodsUnguarded',
    series: [
      alive,
      { series: `hookgate_unguarded_pods{${labels},guarded_namespace="billing"}`, values: '1x60' },
    ],
    firing: ['7m'],
    quiet: ['3m'],
  },
  {
    alert: 'HookgateInjectorsMeet',
    series: [alive, { series: `hookgate_injector_rivals{${labels},rival="blue"}`, values: '1x60' }],
    firing: ['4m'],
    quiet: ['1m'],
  },
  {
    // Two replicas look; one of them suffices.
    alert: 'HookgateServicesUnseen',
    series: [
      alive,
      { series: `hookgate_injector_last_look_timestamp_seconds{${labels},pod="a"}`, values: '0x60' },
      {
        series: `hookgate_injector_last_look_timestamp_seconds{${labels},pod="b"}`,
        values: '0+60x20 1200x60',
      },
    ],
    firing: ['40m'],
    quiet: ['25m'],
  },
  {
    // Of a guarded pod, in one of the namespaces that get the sidecar's config.
    alert: 'HookgateEventUndelivered1h',
    series: [
      alive,
      {
        series:
          'hookgate_oldest_undelivered_seconds{namespace="billing",job="shop/hookgate-sidecar",route="juicyway"}',
        values: '0+60x200',
      },
    ],
    firing: ['62m'],
    quiet: ['58m'],
  },
];

test.runIf(promtool)(
  'its alerts, and those of guarded pods, fire when they should and only then',
  () => {
    const settings = ['--namespace', 'shop', '--set', 'prometheusRule.enabled=true'];
    // 13 of the gate (HookgateDown is not among them: where no pod is guarded, none reports), and nine of the injector.
    playAlerts('sidecar', settings, 22, { '1m': cases });
  },
  120_000,
);

test.runIf(promtool)(
  'none judges another release of the namespace',
  () => {
    const settings = ['--namespace', 'shop', '--set', 'prometheusRule.enabled=true'];
    const theirs = ofOthers(
      cases.slice(1, -1),
      'job="shop/hookgate-injector"',
      ['job="shop/other-injector"'],
      alive,
    );
    const guarded = (release: string, firing: readonly string[], quiet: readonly string[]) => ({
      alert: 'HookgateAllowlistEmpty',
      series: [
        alive,
        {
          series: `hookgate_allowlist_entries{namespace="billing",job="shop/${release}-sidecar"}`,
          values: '0x60',
        },
      ],
      firing,
      quiet,
    });
    playAlerts('sidecar', settings, 22, {
      '1m': [...theirs, guarded('other', [], ['30m']), guarded('hookgate', ['30m'], [])],
    });
  },
  120_000,
);

test.runIf(promtool)(
  'with a policy those of the looks do, and one that the lookout is down',
  () => {
    const settings = ['--namespace', 'shop', '--set', 'prometheusRule.enabled=true,podMonitor.enabled=true'];
    const down = {
      alert: 'HookgateLookoutDown',
      series: [
        { series: lastLook('hookgate'), values: '0+60x10 _x60' },
        { series: lastLook('other'), values: '0+60x70' },
      ],
      firing: ['40m'],
      quiet: ['10m', '20m'],
    };
    // One late look is none too late; with one every ten minutes a quarter of an hour is.
    const unseen = (firing: readonly string[], quiet: readonly string[]) => ({
      alert: 'HookgateServicesUnseen',
      series: [{ series: lastLook('hookgate'), values: '0x60' }],
      firing,
      quiet,
    });
    playAlerts('sidecar-policy', settings, 18, {
      '1m': [down, pastGate('hookgate-lookout'), unseen(['17m'], ['15m'])],
    });
    playAlerts('sidecar-policy', [...settings, '--set', 'injector.lookInterval=10m'], 18, {
      '1m': [unseen(['32m'], ['30m'])],
    });
    // Without a lookout nobody looks.
    playAlerts('sidecar-policy', [...settings, '--set', 'injector.lookout.enabled=false'], 13, {});
  },
  120_000,
);
