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
}

/** The groups of the chart's PrometheusRule for releases in `namespace`, with no alert disabled. */
export function rulesOfChart(namespace: string): { groups: { rules: { alert: string; expr: string }[] }[] } {
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
  const query = (expression: string): readonly Series[] => {
    const url = `http://${address}:9090/api/v1/query?query=${encodeURIComponent(expression)}`;
    const ran = nodeIn(namespace, 'sender', `process.stdout.write(await (await fetch('${url}')).text())`);
    if (ran.status !== 0) throw new Error(ran.stderr);
    const answer = JSON.parse(ran.stdout) as { status: string; error?: string; data: { result: Series[] } };
    if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`);
    return answer.data.result;
  };
  await until('Prometheus has scraped the gate', 120, () => query('up == 1').length === 1);
  return { query };
}

function configuration(namespace: string, target: string) {
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['/config/rules.yaml'],
    scrape_configs: [
      { job_name: 'hookgate', static_configs: [{ targets: [target], labels: { namespace } }] },
    ],
  };
  const data = { 'prometheus.yaml': stringify(config), 'rules.yaml': stringify(rulesOfChart(namespace)) };
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
