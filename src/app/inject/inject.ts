/**
 * The wiring of `hookgate inject`: settings, API server, the looks and, unless it only looks, certificates and the server
 * of reviews; then keeping up with time.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { InjectConfig } from '../../config/inject-schema.ts';
import { loadInjectConfig } from '../../config/load-inject-config.ts';
import { problemAt } from '../../config/problem.ts';
import { readSidecarTemplate, type SidecarTemplate } from '../../injector/sidecar-template.ts';
import { createApi } from '../../kubernetes/api.ts';
import { apiPlace } from '../../kubernetes/place.ts';
import { createLog, type Log } from '../../log/log.ts';
import { createLookMetrics } from '../../metrics/look-metrics.ts';
import { createAdminServer, type Readiness } from '../../server/admin.ts';
import { version } from '../../version.ts';
import { createRunning, type Running } from '../running.ts';
import { failedStart, type Start } from '../start.ts';
import { createWatch, type Watch } from './inject-look.ts';
import type { InjectServer, InjectServerOptions } from './inject-server.ts';

export interface RunningInjector extends Running {
  /** Undefined where it only looks. */
  readonly reviews: { readonly address: string; readonly port: number } | undefined;
  readonly admin: { readonly address: string; readonly port: number };
  /** Looks at certificates and webhooks now; resolves when what is due is in force, or has failed and was logged. */
  look(): Promise<void>;
  /** Looks at Services, guarded pods and other injectors now. Never rejects. */
  lookAround(): Promise<void>;
}

export type InjectorStart = Start<{ readonly injector: RunningInjector }>;

const apiTimeoutMs = 3000;
/** Of the time that it goes on answering after it was told to stop, what it is not ready any more. */
const leavingShare = 0.4;

/** Starts the admission server; resolves once it answers and the webhooks trust it, or once it is about to look. */
export async function startInjector(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  { now = () => new Date() }: { readonly now?: () => Date } = {},
): Promise<InjectorStart> {
  const loaded = loadInjectConfig(file, env);
  if (loaded.kind === 'problems') return loaded;
  const { config } = loaded;
  const template = loaded.sidecar && readSidecarTemplate(loaded.sidecar.value);
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
    keepUp(opened, config, closers);
    const { addresses, log, flush, server, watch } = opened;
    const running = createRunning({
      drain: () => drain(opened, config),
      closers,
      log,
      flush,
      fatalSentence: 'a fault that nobody caught: the injector ends',
    });
    return {
      kind: 'running',
      injector: { ...addresses, ...running, look: async () => server?.look(), lookAround: watch.look },
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
  /** Undefined: it answers no reviews and only looks. */
  readonly template: SidecarTemplate | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
}

interface Opened {
  readonly life: Life;
  readonly log: Log;
  readonly flush: () => void;
  readonly watch: Watch;
  readonly server: InjectServer | undefined;
  readonly addresses: Pick<RunningInjector, 'reviews' | 'admin'>;
}

/** Opens one thing after the other, each with its closer; the port for reviews comes last. Rejects where one cannot be opened. */
async function open(
  { config, template, env, now }: OpenOptions,
  closers: AsyncDisposableStack,
): Promise<Opened> {
  const life: Life = { isListening: false, isStopping: false, isLeaving: false };
  const metrics = createLookMetrics();
  const { log, flush } = createLog(config.log.level, (lines) => metrics.logLinesDropped.inc(lines));
  closers.defer(flush);
  metrics.buildInfo.set({ version, node: process.version }, 1);
  const api = await createApi({ ...apiPlace(config.kubernetes, env), timeoutMs: apiTimeoutMs });
  closers.defer(() => api.close());
  const watch = createWatch({
    api,
    namespaces: config.watch.namespaces.split(',').filter(Boolean),
    own: config.kubernetes.mutatingWebhook,
    metrics,
    log,
    now,
  });
  const rivals = () => watch.rivals;
  const server =
    template && (await openServer({ config, template, api, metrics, log, now, rivals }, closers));
  const admin = createAdminServer({
    ...config.admin,
    metrics: async () => ({
      contentType: metrics.registry.contentType,
      body: await metrics.registry.metrics(),
    }),
    ready: () => readinessOf(life, watch, server),
    status: () => ({
      version,
      ...server?.status(),
      pastGate: watch.past,
      unguarded: watch.unguarded,
      rivals: watch.rivals,
      lookTrouble: watch.trouble,
    }),
    rejections: () => server?.denials ?? [],
    onFault: (error) => log.error({ err: error }, 'fault at the admin port'),
  });
  closers.defer(() => admin.close());
  const adminAddress = await admin.listen();
  const reviews = await server?.listen();
  life.isListening = true;
  const addresses = { reviews, admin: adminAddress };
  log.info({ version, ...addresses, ...server?.status() }, 'ready');
  return { life, log, flush, watch, server, addresses };
}

/** Loaded here only: what makes certificates takes memory, which nobody needs who only looks. */
async function openServer(
  options: InjectServerOptions,
  closers: AsyncDisposableStack,
): Promise<InjectServer> {
  const { createInjectServer } = await import('./inject-server.ts');
  return createInjectServer(options, closers);
}

/** Reviews go on while Services cannot be looked at; who only looks is ready once it has. */
function readinessOf(life: Life, watch: Watch, server: InjectServer | undefined): Readiness {
  const isAble = server === undefined ? watch.trouble === undefined : server.isTrusted();
  return {
    ready: life.isListening && isAble && !life.isLeaving,
    checks: {
      ...(server === undefined
        ? { look: { trouble: watch.trouble } }
        : { certificate: server.certificate() }),
      stopping: life.isStopping,
    },
  };
}

/** Looks after the certificates from now on, and around at once: a second injector shows itself when it is installed. */
function keepUp(
  { life, watch, server }: Opened,
  { watch: { interval } }: InjectConfig,
  closers: AsyncDisposableStack,
): void {
  const repeat = (look: () => Promise<void>, firstMs: number, nextMs: () => number): void => {
    let timer = setTimeout(tick, firstMs);
    async function tick(): Promise<void> {
      await look();
      if (!life.isStopping) timer = setTimeout(tick, nextMs());
    }
    closers.defer(() => clearTimeout(timer));
  };
  if (server !== undefined) repeat(server.look, server.nextLookMs(), server.nextLookMs);
  repeat(watch.look, 0, () => interval);
}

/** A Service goes on sending for a moment, and for as long as no other pod is ready. */
async function drain({ life, log, server }: Opened, { drain: { delay } }: InjectConfig): Promise<void> {
  life.isStopping = true;
  log.info('stopping');
  // Nobody calls what only looks.
  if (server === undefined) return;
  server.beginStop();
  await wait(delay * (1 - leavingShare));
  // Known to be away before it is: the probe asks every two seconds.
  life.isLeaving = true;
  await wait(delay * leavingShare);
}
