import { untilNextLook } from '../../certificates/next-look.ts';
import type { InjectConfig } from '../../config/inject-schema.ts';
import { featuresOf } from '../../injector/cluster-features.ts';
import { denialReasons } from '../../injector/denials.ts';
import type { ClusterFeatures } from '../../injector/inject-pod.ts';
import type { SidecarTemplate } from '../../injector/sidecar-template.ts';
import type { Api } from '../../kubernetes/api.ts';
import { createLookups } from '../../kubernetes/lookups.ts';
import type { Log } from '../../log/log.ts';
import { createInjectorMetrics } from '../../metrics/injector-metrics.ts';
import type { LookMetrics } from '../../metrics/look-metrics.ts';
import { createReviewServer } from '../../server/review-server.ts';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { createHeldReviews } from './held-reviews.ts';
import { createCertificateSource, type InForce } from './inject-certificates.ts';
import { createReviews, type RecentDenial } from './inject-reviews.ts';

/** What an injector has beside its looks: a server that answers reviews, and the certificates that it serves. */
export interface InjectServer {
  listen(): Promise<{ readonly address: string; readonly port: number }>;
  /** Looks at certificates and webhooks now; resolves when what is due is in force, or has failed and was logged. */
  look(): Promise<void>;
  /** Time until certificates are to be looked at again. */
  nextLookMs(): number;
  /** Whether the API server may trust what is served. */
  isTrusted(): boolean;
  certificate(): { readonly validTo: Date; readonly trouble: string | undefined };
  /** What it would do with a pod, for `/status`. */
  status(): object;
  /** The latest first. */
  readonly denials: readonly RecentDenial[];
  /** Answers what comes and lets connections go; the closer ends it. */
  beginStop(): void;
}

export interface InjectServerOptions {
  readonly config: InjectConfig;
  readonly template: SidecarTemplate;
  readonly api: Api;
  readonly metrics: LookMetrics;
  readonly log: Log;
  readonly now: () => Date;
  /** Names of other injectors that select the same pods. */
  readonly rivals: () => readonly string[];
}

const keptDenials = 300;
const lastReviewsMs = 5000;
/** Kubernetes this new or newer is assumed while the API server does not tell: what the chart is tested with. */
const assumedVersion = '1.36';

/** Makes or reads the certificates and has the webhooks trust them; does not listen yet. Rejects with a sentence. */
export async function createInjectServer(
  options: InjectServerOptions,
  closers: AsyncDisposableStack,
): Promise<InjectServer> {
  const { config, template, api, log, now, rivals } = options;
  const metrics = createInjectorMetrics(denialReasons, options.metrics);
  const lookups = createLookups(api);
  let features = featuresOf(assumedVersion, config.sidecar.native) as ClusterFeatures;
  const learnVersion = async (): Promise<void> => {
    features = featuresOf((await lookups.version()) ?? '', config.sidecar.native) ?? features;
  };
  await learnVersion();

  const denials: RecentDenial[] = [];
  const source = await createCertificateSource(config, api, now);
  let inForce: InForce = await source();
  let trouble: string | undefined;
  const server = createReviewServer({
    hold: createHeldReviews(),
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
      cluster: { ...lookups, features: () => features, rivals },
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
  const certificate = () => ({ validTo: inForce.validTo, trouble });
  return {
    listen() {
      // From here on, so that it ends before the admin port does: probes are answered while it ends.
      closers.defer(() => server.close(lastReviewsMs));
      return server.listen();
    },
    async look() {
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
    },
    nextLookMs: () => untilNextLook(config.certificates.interval, inForce.validTo, now()),
    isTrusted: () => inForce.validTo > now(),
    certificate,
    status: () => ({ features, image: template.container.image, certificate: certificate() }),
    denials,
    beginStop: () => server.beginStop(),
  };
}
