import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { startInjector } from '../../src/app/inject/inject.ts';
import { formatProblem } from '../../src/config/problem.ts';
import type { Pod } from '../../src/injector/pod.ts';
import { bundleIn, type FakeKubernetes } from './fake-kubernetes.ts';
import { sidecarTemplate } from './injection.ts';
import { readMetric } from './read-metric.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export const serviceName = 'hookgate-injector.hookgate.svc';

/** What the API server sees of an answer. */
export interface Reviewed {
  readonly status: number;
  readonly text: string;
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly patch?: string;
    readonly status?: { readonly message: string };
    readonly warnings?: readonly string[];
  };
}

/** A whole injector in this process beside a fake API server. */
export async function runInjector(
  kubernetes: FakeKubernetes,
  settings: {
    readonly certificates?: object;
    readonly sidecar?: object;
    readonly watch?: object;
    readonly now?: () => Date;
  } = {},
) {
  const file = writeInjectConfig(kubernetes, {
    ...(settings.sidecar === undefined ? {} : { sidecar: settings.sidecar }),
    ...(settings.certificates === undefined ? {} : { certificates: settings.certificates }),
    watch: { interval: '1h', ...settings.watch },
  });
  const { injector, ...common } = await start(file, settings.now && { now: settings.now });
  const { reviews } = injector;
  if (reviews === undefined) throw new Error('it answers no reviews');
  return {
    ...common,
    injector: { ...injector, reviews },
    /** Calls as the API server does: by the name of the Service, trusting the bundle of the webhook only. */
    call: (path: string, body: string, headers: Record<string, string> = {}, ca = bundleIn(kubernetes)) =>
      callReview(reviews.port, path, body, headers, ca),
    review(pod: Pod, namespace = 'shop') {
      return this.call('/inject', JSON.stringify(reviewOf('Pod', pod, namespace)));
    },
  };
}

/** The same without reviews and certificates, as the policy of the API server has it beside itself. */
export function runLookout(kubernetes: FakeKubernetes, watch: object = {}) {
  return start(
    writeInjectConfig(kubernetes, {
      // Nothing of what reviews need is there.
      sidecar: { file: '/nowhere/sidecar.yaml' },
      certificates: { mode: 'none' },
      watch: { interval: '1h', ...watch },
    }),
  );
}

async function start(file: string, options: { readonly now?: () => Date } = {}) {
  const started = await startInjector(file, {}, options);
  if (started.kind !== 'running')
    throw new Error(
      started.kind === 'failed' ? started.sentence : started.problems.map(formatProblem).join('\n'),
    );
  const { injector } = started;
  onTestFinished(() => injector.stop());
  const adminUrl = `http://127.0.0.1:${injector.admin.port}`;
  return { injector, adminUrl, metric: (series: string) => readMetric(adminUrl, series) };
}

/** The `kubernetes` section of inject.yaml for a fake API server. */
export function kubernetesSettings({ url, caFile, tokenFile }: FakeKubernetes) {
  return {
    server: url,
    caFile,
    tokenFile,
    namespace: 'hookgate',
    service: 'hookgate-injector',
    mutatingWebhook: 'hookgate-injector',
    validatingWebhook: 'hookgate-injector',
  };
}

export function reviewOf(kind: string, object: object, namespace = 'shop', operation = 'CREATE') {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: 'u-1', kind: { group: '', version: 'v1', kind }, namespace, operation, object },
  };
}

function callReview(
  port: number,
  path: string,
  body: string,
  headers: Record<string, string>,
  ca: string,
): Promise<Reviewed> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: 'POST',
        ca,
        servername: serviceName,
        agent: false,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      },
      async (answer) => {
        const text = Buffer.concat(await answer.toArray()).toString();
        const isReview = answer.headers['content-type'] === 'application/json';
        const { response } = isReview
          ? (JSON.parse(text) as { response: Reviewed['response'] })
          : { response: { uid: '', allowed: false } };
        resolve({ status: answer.statusCode ?? 0, text, response });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The file of an injector beside this API server; what is given of a section takes the place of what it has. */
export function writeInjectConfig(
  kubernetes: FakeKubernetes,
  sections: Readonly<Record<string, object>>,
): string {
  const directory = temporaryDirectory();
  const sidecarFile = join(directory, 'sidecar.yaml');
  writeFileSync(sidecarFile, stringify(sidecarTemplate));
  const file = join(directory, 'inject.yaml');
  const config: Record<string, object> = {
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    sidecar: { file: sidecarFile },
    // Tests look themselves.
    certificates: { secret: 'hookgate-injector-tls', interval: '10m', overlap: '1h' },
    kubernetes: kubernetesSettings(kubernetes),
    drain: { delay: '0s' },
    log: { level: 'silent' },
  };
  for (const [name, section] of Object.entries(sections)) config[name] = { ...config[name], ...section };
  writeFileSync(file, stringify(config));
  return file;
}
