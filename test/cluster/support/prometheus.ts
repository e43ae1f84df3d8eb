/** Debian's Prometheus as a pod, which scrapes one gate every second and evaluates the chart's rules. */
import { stringify } from 'yaml';
import { manifests, template } from '../../support/helm.ts';
import { apply, find, kubectl, nodeIn, until } from './cluster.ts';
import { prometheusImage } from './image.ts';

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
}

export interface Prometheus {
  /** The series of an expression; throws with Prometheus' own words where it is not valid. */
  query(expression: string): readonly Series[];
  /** The same for several. */
  queryAll(expressions: readonly string[]): readonly (readonly Series[])[];
  /** Names of the alerts that fire. */
  firing(): readonly string[];
}

/**
 * The chart's rule as it is evaluated here: held for 2 s in place of minutes, and with the 48-hour clock running a second for
 * an hour. The rules' own times are what promtool's unit tests look at.
 */
function hastened<R extends { alert: string; expr: string; for?: string }>(rule: R): R {
  const clock = /^HookgateEventUndelivered/.test(rule.alert);
  const expr = clock
    ? rule.expr.replace(/> (\d+)$/, (_, seconds) => `> ${Number(seconds) / 3600}`)
    : rule.expr;
  return { ...rule, expr, ...(rule.for === undefined ? {} : { for: '2s' }) };
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly Series[] };
}

/** The groups of the chart's PrometheusRule for releases in `namespace`, with no alert disabled. */
export function rulesOfChart(namespace: string): {
  groups: { rules: { alert: string; expr: string; for?: string }[] }[];
} {
  const values = new URL('../../../charts/hookgate/ci/monitoring.yaml', import.meta.url).pathname;
  const settings = ['--set-json', 'prometheusRule.disabled=[]', '--namespace', namespace];
  const rendered = template(['-f', values, ...settings]);
  if (rendered.status !== 0) throw new Error(rendered.stderr);
  const rule = manifests(rendered.stdout).find(({ kind }) => kind === 'PrometheusRule');
  return rule?.spec as ReturnType<typeof rulesOfChart>;
}

/** Scrapes `target` (address and port); resolves once Prometheus answers and has scraped it. */
export async function startPrometheus(namespace: string, target: string): Promise<Prometheus> {
  apply([configuration(namespace, target), pod(namespace)]);
  kubectl(['wait', '--namespace', namespace, '--for=condition=Ready', 'pod/prometheus', '--timeout=180s']);
  const address = find(namespace, ['pod', 'prometheus'], '{.status.podIP}');
  const queryAll = (expressions: readonly string[]): readonly (readonly Series[])[] => {
    const script = `
      const ask = async (text) =>
        (await fetch('http://${address}:9090/api/v1/query?query=' + encodeURIComponent(text))).json();
      process.stdout.write(JSON.stringify(await Promise.all(process.argv.slice(1).map(ask))))`;
    const ran = nodeIn(namespace, 'sender', script, expressions);
    if (ran.status !== 0) throw new Error(ran.stderr);
    return (JSON.parse(ran.stdout) as Answer[]).map((answer, index) => {
      if (answer.status !== 'success') throw new Error(`${expressions[index]}: ${answer.error}`);
      return answer.data.result;
    });
  };
  const query = (expression: string) => queryAll([expression])[0] ?? [];
  const firing = () => query('ALERTS{alertstate="firing"}').map(({ metric }) => metric.alertname as string);
  await until('Prometheus has scraped the gate', 120, () => query('up == 1').length === 1);
  return { query, queryAll, firing };
}

function configuration(namespace: string, target: string) {
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['/config/rules.yaml'],
    scrape_configs: [
      // The job's name is that which the chart's ServiceMonitor gives.
      { job_name: 'hookgate-admin', static_configs: [{ targets: [target], labels: { namespace } }] },
    ],
  };
  const groups = rulesOfChart(namespace).groups.map((group) => ({
    ...group,
    rules: group.rules.map(hastened),
  }));
  const data = { 'prometheus.yaml': stringify(config), 'rules.yaml': stringify({ groups }) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'prometheus', namespace }, data };
}

function pod(namespace: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'prometheus', namespace },
    spec: {
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        fsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'prometheus',
          image: prometheusImage,
          imagePullPolicy: 'IfNotPresent',
          args: ['--config.file=/config/prometheus.yaml', '--storage.tsdb.path=/data'],
          readinessProbe: { httpGet: { path: '/-/ready', port: 9090 }, periodSeconds: 1 },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [
            { name: 'config', mountPath: '/config' },
            { name: 'data', mountPath: '/data' },
          ],
        },
      ],
      volumes: [
        { name: 'config', configMap: { name: 'prometheus' } },
        { name: 'data', emptyDir: {} },
      ],
    },
  };
}
