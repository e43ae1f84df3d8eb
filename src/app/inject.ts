/** The wiring of `hookgate inject`: settings, API server, certificates, the server; then keeping up with time. */
import { setTimeout as wait } from 'node:timers/promises';
import { untilNextLook } from '../certificates/next-look.ts';
import type { InjectConfig } from '../config/inject-schema.ts';
import { loadInjectConfig } from '../config/load-inject-config.ts';
import { problemAt } from '../config/problem.ts';
import { featuresOf } from '../injector/cluster-features.ts';
import { denialReasons } from '../injector/denials.ts';
import type { ClusterFeatures } from '../injector/inject-pod.ts';
import { readSidecarTemplate, type SidecarTemplate } from '../injector/sidecar-template.ts';
import { createApi } from '../kubernetes/api.ts';
import { createLookups } from '../kubernetes/lookups.ts';
import { apiPlace } from '../kubernetes/place.ts';
import { createLog, type Log } from '../log/log.ts';
import { createInjectorMetrics } from '../metrics/injector-metrics.ts';
import { createAdminServer } from '../server/admin.ts';
import { createReviewServer } from '../server/review-server.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { version } from '../version.ts';
import { createCertificateSource, type InForce } from './inject-certificates.ts';
import { createWatch, type Watch } from './inject-look.ts';
import { createReviews, type RecentDenial } from './inject-reviews.ts';
import { failedStart, type Start } from './start.ts';

export interface RunningInjector {
  readonly reviews: { readonly address: string; readonly port: number };
  readonly admin: { readonly address: string; readonly port: number };
  /** Looks at certificates and webhooks now; resolves when what is due is in force, or has failed and was logged. */
  look(): Promise<void>;
  /** Looks at Services, guarded pods and other injectors now. Never rejects. */
  lookAround(): Promise<void>;
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
  const closers = new AsyncDisposableStack();
  try {
    const opened = await open({ config, template, env, now }, closers);
    keepUp(opened, config, now, closers);
    const { log, flush } = opened;
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      await drain(opened, config);
      await closers.disposeAsync();
      log.info('stopped');
      flush();
    };
    return {
      kind: 'running',
      injector: {
        ...opened.addresses,
        look: opened.look,
        lookAround: opened.watch.look,
        stop: () => (stopped ??= stop()),
        reportFatal(fault) {
          log.fatal({ err: fault }, 'a fault that nobody caught: the injector ends');
          flush();
        },
      },
    };
  } catch (error) {
    return failedStart(error, closers);
  }
}

/** How far it is between its start and its end, which readiness tells. */
interface Life {
  isListening: boolean;
  isStopping: boolean;
  /** A Service without ready pods uses those that end, if they say that they serve: so not as soon as it stops. */
  isLeaving: boolean;
}

interface OpenOptions {
  readonly config: InjectConfig;
  readonly template: SidecarTemplate;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
}

interface Opened {
  readonly life: Life;
  readonly log: Log;
  readonly flush: () => void;
  readonly server: ReturnType<typeof createReviewServer>;
  readonly addresses: Pick<RunningInjector, 'reviews' | 'admin'>;
  readonly look: () => Promise<void>;
  readonly watch: Watch;
  readonly inForce: () => InForce;
}

/** Opens one thing after the other, each with its closer; the port for reviews comes last. Rejects where one cannot be opened. */
async function open(
  { config, template, env, now }: OpenOptions,
  closers: AsyncDisposableStack,
): Promise<Opened> {
  const life: Life = { isListening: false, isStopping: false, isLeaving: false };
  const metrics = createInjectorMetrics(denialReasons);
  const { log, flush } = createLog(config.log.level, (lines) => metrics.logLinesDropped.inc(lines));
  closers.defer(flush);
  metrics.buildInfo.set({ version, node: process.version }, 1);
  const api = await createApi({ ...apiPlace(config.kubernetes, env), timeoutMs: apiTimeoutMs });
  closers.defer(() => api.close());
  const lookups = createLookups(api);
  let features = featuresOf(assumedVersion, config.sidecar.native) as ClusterFeatures;
  const learnVersion = async (): Promise<void> => {
    features = featuresOf((await lookups.version()) ?? '', config.sidecar.native) ?? features;
  };
  await learnVersion();

  const denials: RecentDenial[] = [];
  const watch = createWatch({
    api,
    namespaces: config.watch.namespaces.split(',').filter(Boolean),
    own: config.kubernetes.mutatingWebhook,
    metrics,
    log,
    now,
  });
  const source = await createCertificateSource(config, api, now);
  let inForce: InForce = await source();
  let trouble: string | undefined;
  const admin = createAdminServer({
    ...config.admin,
    metrics: async () => ({
      contentType: metrics.registry.contentType,
      body: await metrics.registry.metrics(),
    }),
    live: () => true,
    ready: () => ({
      ready: life.isListening && inForce.validTo > now() && !life.isLeaving,
      checks: { certificate: { validTo: inForce.validTo, trouble }, stopping: life.isStopping },
    }),
    status: () => ({
      version,
      features,
      image: template.container.image,
      certificate: { validTo: inForce.validTo, trouble },
      pastGate: watch.past,
      unguarded: watch.unguarded,
      rivals: watch.rivals,
    }),
    rejections: () => denials,
    onFault: (error) => log.error({ err: error }, 'fault at the admin port'),
  });
  closers.defer(() => admin.close());
  const adminAddress = await admin.listen();

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
        needsPullSecret: config.sidecar.privateRegistry === 'yes',
      },
      cluster: { ...lookups, features: () => features, rivals: () => watch.rivals },
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
  closers.defer(() => server.close(lastReviewsMs));
  const show = (): void => {
    metrics.certificateEnd.set({ certificate: 'served' }, inForce.validTo.getTime() / 1000);
    if (inForce.authorityValidTo !== undefined)
      metrics.certificateEnd.set({ certificate: 'authority' }, inForce.authorityValidTo.getTime() / 1000);
  };
  show();
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
  const reviews = await server.listen();
  life.isListening = true;
  const addresses = { reviews, admin: adminAddress };
  log.info({ version, ...addresses, image: template.container.image, features }, 'ready');
  return { life, log, flush, server, addresses, look, watch, inForce: () => inForce };
}

/** Looks after the certificates from now on, and around at once: a second injector shows itself when it is installed. */
function keepUp(
  { life, look, watch, inForce }: Opened,
  { certificates, watch: { interval } }: InjectConfig,
  now: () => Date,
  closers: AsyncDisposableStack,
): void {
  const nextLookMs = () => untilNextLook(certificates.interval, inForce().validTo, now());
  let timer = setTimeout(tick, nextLookMs());
  async function tick(): Promise<void> {
    await look();
    if (!life.isStopping) timer = setTimeout(tick, nextLookMs());
  }
  let watchTimer = setTimeout(lookAround, 0);
  async function lookAround(): Promise<void> {
    await watch.look();
    if (!life.isStopping) watchTimer = setTimeout(lookAround, interval);
  }
  closers.defer(() => {
    life.isStopping = true;
    clearTimeout(timer);
    clearTimeout(watchTimer);
  });
}

/** A Service goes on sending for a moment, and for as long as no other pod is ready. */
async function drain({ life, log, server }: Opened, { drain: { delay } }: InjectConfig): Promise<void> {
  life.isStopping = true;
  server.beginStop();
  log.info('stopping');
  await wait(delay * (1 - leavingShare));
  // Known to be away before it is: the probe asks every two seconds.
  life.isLeaving = true;
  await wait(delay * leavingShare);
}
