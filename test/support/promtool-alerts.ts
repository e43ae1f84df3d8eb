/** Alerts of the chart under promtool: which of them fire, and when. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { manifests, render } from './helm.ts';

export interface AlertCase {
  readonly alert: string;
  readonly series: readonly { series: string; values: string }[];
  /** Firing at these times, and not at those. */
  readonly firing: readonly string[];
  readonly quiet: readonly string[];
}

/**
 * Checks the rules that a values file renders, which are as many as `ruleCount`, and plays the cases; the key of `cases`
 * is the time between two samples.
 */
export function playAlerts(
  values: string,
  settings: readonly string[],
  ruleCount: number,
  cases: Readonly<Record<string, readonly AlertCase[]>>,
): void {
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-rules-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const run = (...args: string[]) => {
    const done = spawnSync('promtool', args, { cwd: directory, encoding: 'utf8' });
    expect(done.status, done.stdout + done.stderr).toBe(0);
    return done.stdout;
  };
  const rule = manifests(render(values, settings)).find(({ kind }) => kind === 'PrometheusRule');
  writeFileSync(join(directory, 'rules.yaml'), stringify(rule?.spec));
  expect(run('check', 'rules', 'rules.yaml')).toContain(`${ruleCount} rules found`);
  for (const [interval, some] of Object.entries(cases)) {
    const tests = some.map((one) => unitTest(one, interval));
    writeFileSync(
      join(directory, 'alerts.yaml'),
      stringify({ rule_files: ['rules.yaml'], evaluation_interval: interval, tests }),
    );
    run('test', 'rules', 'alerts.yaml');
  }
}

/**
 * The cases as series of others, each of `theirs` in the place of `ours`, beside which `alive` says that this one is well: none
 * of them may fire. All at once, since each hour that promtool plays takes its time.
 */
export function ofOthers(
  cases: readonly AlertCase[],
  ours: string,
  theirs: readonly string[],
  alive: AlertCase['series'][number],
): readonly AlertCase[] {
  return cases.map(({ alert, series, firing, quiet }) => ({
    alert,
    series: [
      alive,
      ...theirs.flatMap((other) =>
        series.map((one) => ({ ...one, series: one.series.replace(ours, other) })),
      ),
    ],
    firing: [],
    quiet: [...firing, ...quiet],
  }));
}

/** Whether an alert fires is all that is asked here, so its labels and texts are not repeated: ALERTS counts it. */
function unitTest({ alert, series, firing, quiet }: AlertCase, interval: string) {
  const sample = (eval_time: string, value: number) => ({
    expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
    eval_time,
    exp_samples: [{ labels: '{}', value }],
  });
  return {
    interval,
    input_series: series,
    promql_expr_test: [...firing.map((time) => sample(time, 1)), ...quiet.map((time) => sample(time, 0))],
  };
}
