/** The wiring of `hookgate inject`: settings, API server, certificates, the server; then keeping up with time. */
import { setTimeout as wait } from 'node:timers/promises';
import { untilNextLook } from '../certificates/next-look.ts';
import type { InjectConfig } from '../config/inject-schema.ts';
import { loadInjectConfig } from '../config/load-inject-config.ts';
import { problemAt } from '../config/problem.ts';
import { featuresOf } from '../injector/cluster-features.ts';
import { denialReasons } from '../injector/denials.ts';
import type { ClusterFeatures } from '../injector/inject.ts';
import { readSidecarTemplate } from '../injector/sidecar-template.ts';
import { type Api, createApi } from '../kubernetes/api.ts';
import { createLookups } from '../kubernetes/lookups.ts';
import { createLog } from '../log/log.ts';
import { createInjectorMetrics } from '../metrics/injector-metrics.ts';
import { createAdminServer } from '../server/admin.ts';
import { createReviewServer } from '../server/review-server.ts';
import { hostAndPort } from '../values/host-brackets.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { version } from '../version.ts';
import { createCertificateSource, type InForce } from './inject-certificates.ts';
import { createReviews, type RecentDenial } from './inject-reviews.ts';
import type { Start } from './start.ts';

export interface RunningInjector {
  readonly reviews: { readonly address: string; readonly port: number };
  readonly admin: { readonly address: string; readonly port: number };
  /** Looks at certificates and webhooks now; resolves when what is due is in force, or has failed and was logged. */
  look(): Promise<void>;
  stop(): Promise<void>;
  /** Writes a fault that nobody caught to the log, at once: the process ends after it. */
  reportFatal(fault: unknown): void;
}

export type InjectorStart = Start<{ readonly injector: RunningInjector }>;

const apiTimeoutMs = 3000;
const keptDenials = 300;
const lastReviewsMs = 5000;
/** Of the time that it goes on answering after it was told to stop, what it is not ready any more. */
const leavingShare = 0.4;
/** Kubernetes this new or newer is assumed while the API server does not tell: what the chart is tested with. */
const assumedVersion = '1.36';

/** Starts the admission server; resolves once it answers and the webhooks trust it. */
export async function startInjector(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  { now = () => new Date() }: { readonly now?: () => Date } = {},
): Promise<InjectorStart> {
  const loaded = loadInjectConfig(file, env);
  if (loaded.kind === 'problems') return loaded;
  const { config } = loaded;
  const template = readSidecarTemplate(loaded.sidecar);
  if (typeof template === 'string') {
    const problem = problemAt(
      { source: config.sidecar.file },
      '',
      `found a sidecar that cannot be used: ${template}`,
      'expected container and volumes',
    );
    return { kind: 'problems', problems: [problem] };
  }
  const { log, flush } = createLog(config.log.level);
  const metrics = createInjectorMetrics(denialReasons);
  metrics.buildInfo.set({ version, node: process.version }, 1);
  let api: Api | undefined;
  try {
    api = await createApi({ ...apiPlace(config, env), timeoutMs: apiTimeoutMs });
    const lookups = createLookups(api);
    let features = featuresOf(assumedVersion, config.sidecar.native) as ClusterFeatures;
    const learnVersion = async (): Promise<void> => {
      features = featuresOf((await lookups.version()) ?? '', config.sidecar.native) ?? features;
    };
    await learnVersion();

    const denials: RecentDenial[] = [];
    const source = await createCertificateSource(config, api, now);
    let inForce: InForce = await source();
    const server = createReviewServer({
      ...config.listen,
      tls: inForce,
      reviews: createReviews({
        settings: {
          template,
          defaultPort: config.sidecar.port,
          stopDelaySeconds: Math.ceil(config.sidecar.stopDelay / 1000),
          stopSeconds: Math.ceil(config.sidecar.stopTime / 1000),
          remembersPerPod: config.sidecar.remembersPerPod === 'yes',
        },
        cluster: { ...lookups, features: () => features },
        metrics,
        log,
        onDenial(denial) {
          denials.unshift(denial);
          denials.splice(keptDenials);
        },
      }),
      onMalformed(why) {
        metrics.malformed.inc();
        log.warn({ why: why.trim() }, 'no review');
      },
      onFault(error) {
        metrics.faults.inc();
        log.error({ err: error }, 'fault in a review');
      },
    });
    const show = (): void => {
      metrics.certificateEnd.set({ certificate: 'served' }, inForce.validTo.getTime() / 1000);
      if (inForce.authorityValidTo !== undefined)
        metrics.certificateEnd.set({ certificate: 'authority' }, inForce.authorityValidTo.getTime() / 1000);
    };
    show();
    let trouble: string | undefined;
    const look = async (): Promise<void> => {
      try {
        const found = await source();
        if (found.cert !== inForce.cert) {
          server.serve(found);
          metrics.rotations.inc();
          log.info({ validTo: found.validTo }, 'another certificate is served');
        }
        inForce = found;
        trouble = undefined;
        show();
        await learnVersion();
      } catch (error) {
        // What is in force stays in force until its end, which readiness and the metric show.
        metrics.certificateFaults.inc();
        trouble = whatWentWrong(error);
        log.error({ sentence: trouble }, 'certificates could not be looked after');
      }
    };

    let isStopping = false;
    let isLeaving = false;
    const admin = createAdminServer({
      ...config.admin,
      metrics: async () => ({
        contentType: metrics.registry.contentType,
        body: await metrics.registry.metrics(),
      }),
      live: () => true,
      ready: () => {
        // At first also while it stops: a Service without ready pods uses those that end, if they say that they serve.
        return {
          ready: inForce.validTo > now() && !isLeaving,
          checks: { certificate: { validTo: inForce.validTo, trouble }, stopping: isStopping },
        };
      },
      status: () => ({
        version,
        features,
        image: template.container.image,
        certificate: { validTo: inForce.validTo, trouble },
      }),
      rejections: () => denials,
      onFault: (error) => log.error({ err: error }, 'fault at the admin port'),
    });
    const reviews = await server.listen();
    const adminAddress = await admin.listen();
    log.info({ version, reviews, admin: adminAddress, image: template.container.image, features }, 'ready');

    const nextLookMs = () => untilNextLook(config.certificates.interval, inForce.validTo, now());
    let timer = setTimeout(tick, nextLookMs());
    async function tick(): Promise<void> {
      await look();
      if (!isStopping) timer = setTimeout(tick, nextLookMs());
    }
    const opened = api;
    return {
      kind: 'running',
      injector: {
        reviews,
        admin: adminAddress,
        look,
        async stop() {
          isStopping = true;
          clearTimeout(timer);
          server.beginStop();
          log.info('stopping');
          // A Service goes on sending for a moment, and for as long as no other pod is ready.
          await wait(config.drain.delay * (1 - leavingShare));
          // Known to be away before it is: the probe asks every two seconds.
          isLeaving = true;
          await wait(config.drain.delay * leavingShare);
          await server.close(lastReviewsMs);
          await admin.close();
          await opened.close();
          flush();
        },
        reportFatal(fault) {
          log.fatal({ err: fault }, 'a fault that nobody caught: the injector ends');
          flush();
        },
      },
    };
  } catch (error) {
    await api?.close();
    flush();
    return { kind: 'failed', sentence: whatWentWrong(error) };
  }
}

function apiPlace({ kubernetes }: InjectConfig, env: Readonly<Record<string, string | undefined>>) {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const { server, caFile, tokenFile } = kubernetes;
  if (server !== '') return { server, caFile, tokenFile };
  if (host === undefined)
    throw new Error(
      'this is no pod (KUBERNETES_SERVICE_HOST is not set): name the API server in kubernetes.server',
    );
  return { server: `https://${hostAndPort(host, port)}`, caFile, tokenFile };
}
