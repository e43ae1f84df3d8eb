/** The wiring, as a recipe: start, keep up with the files, drain. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigSources } from '../../config/load-config.ts';
import type { DuplicateStore } from '../../delivery/duplicate-store.ts';
import { createLog, type Log } from '../../log/log.ts';
import { createRecentRejections } from '../../log/recent-rejections.ts';
import { instrumentStore } from '../../metrics/instrument-store.ts';
import { createMetrics, type Metrics } from '../../metrics/metrics.ts';
import { createUndelivered } from '../../metrics/undelivered.ts';
import { createNearMisses, type NearMisses } from '../../near-misses/near-misses.ts';
import { createRecord, type DeliveryRecord } from '../../overview/record.ts';
import { createAdminServer } from '../../server/admin.ts';
import type { TrafficServer } from '../../server/traffic.ts';
import { version } from '../../version.ts';
import { type Loaded, loadEverything } from '../load/load.ts';
import { openStore } from '../open-store.ts';
import { createRunning, type Running } from '../running.ts';
import { failedStart, type Start } from '../start.ts';
import { createOverview, watchedRoutes } from './gate-overview.ts';
import { createStatus } from './gate-status.ts';
import { createGatehouse, type Gatehouse } from './gatehouse.ts';
import { sayWhatIsInForce } from './in-force.ts';
import { openTraffic, tlsMaterial } from './open-traffic.ts';
import { createReloader, type Reloader } from './reloader.ts';

export interface RunningGate extends Running {
  readonly traffic: { readonly address: string; readonly port: number };
  readonly admin: { readonly address: string; readonly port: number };
  /** Reads all files again, now. */
  reload(): Promise<void>;
}

export type GateStart = Start<{ readonly gate: RunningGate }>;

const keptRejections = 300;
const keptUndelivered = 10_000;
/** Keys in the last line of the log: enough to look for by hand, and each had a line of its own when it was added. */
const loggedKeys = 100;
/** An event that nobody has delivered is forgotten after this, or later where its sender goes on trying for longer. */
const leastGivenUpAfterMs = 48 * 3_600_000;

const now = (): number => performance.now();
const wallClock = (): number => Date.now();

/** Starts a gate; resolves once it takes traffic, or with why it cannot. Leaves nothing half started. */
export async function startGate(
  sources: ConfigSources,
  collaborators: { readonly openStore: typeof openStore } = { openStore },
): Promise<GateStart> {
  const result = await loadEverything(sources);
  if (result.kind === 'problems') return result;
  // Whatever is opened leaves its closer here. They run in the reverse order, at the stop or where the start fails.
  const closers = new AsyncDisposableStack();
  try {
    const opened = await open(result.loaded, collaborators, closers);
    const reloader = keepUp(opened, sources, closers);
    const { log, flush, addresses } = opened;
    sayWhatIsInForce(log, result.loaded, addresses);
    const running = createRunning({
      drain: () => drain(opened),
      closers,
      log,
      flush,
      fatalSentence: 'a fault that nobody caught: the gate ends, and its senders try again',
    });
    return { kind: 'running', gate: { ...addresses, ...running, reload: reloader.reload } };
  } catch (error) {
    return failedStart(error, closers);
  }
}

/** What there is so far: the admin port answers before the rest is open, and tells of what is. */
interface Life {
  store?: DuplicateStore;
  gatehouse?: Gatehouse;
  reloader?: Reloader;
  isDraining: boolean;
}

interface Opened {
  readonly life: Life;
  readonly log: Log;
  readonly flush: () => void;
  readonly metrics: Metrics;
  readonly house: Gatehouse;
  readonly record: DeliveryRecord;
  readonly nearMisses: NearMisses;
  readonly server: TrafficServer;
  readonly addresses: Pick<RunningGate, 'traffic' | 'admin'>;
}

/** Opens one thing after the other, each with its closer; the traffic port comes last. Rejects where one cannot be opened. */
async function open(
  loaded: Loaded,
  collaborators: { readonly openStore: typeof openStore },
  closers: AsyncDisposableStack,
): Promise<Opened> {
  const { config } = loaded;
  const life: Life = { isDraining: false };
  const metrics = createMetrics();
  const { log, writeLine, flush } = createLog(config.log.level, (lines) =>
    metrics.logLinesDropped.inc(lines),
  );
  closers.defer(flush);
  metrics.buildInfo.set({ version, node: process.version }, 1);
  const undelivered = createUndelivered({
    now,
    maxEvents: keptUndelivered,
    forgetAfterMs: () => {
      const { routes } = life.gatehouse?.loaded.config ?? config;
      return Math.max(leastGivenUpAfterMs, ...routes.map(({ scheme }) => scheme.triesAgainForMs));
    },
  });
  const rejections = createRecentRejections(keptRejections);
  const record = createRecord({ wallClock });
  const parts = {
    metrics,
    undelivered,
    record,
    store: () => life.store,
    gatehouse: () => life.gatehouse,
    reloads: () => life.reloader?.state,
    isDraining: () => life.isDraining,
    startedAt: new Date(wallClock()).toISOString(),
    wallClock,
  };
  const status = createStatus(parts);
  const admin = createAdminServer({
    ...status,
    rejections: rejections.list,
    overview: createOverview({ ...parts, ready: status.ready }),
    hosts: () => (life.gatehouse?.loaded.config ?? config).admin.hosts,
    onFault: (error) => log.error({ err: error }, 'fault at the admin port'),
    host: config.admin.host,
    port: config.admin.port,
  });
  closers.defer(() => admin.close());
  // The admin port comes first: a gate that waits for the lock of its store is alive, and not ready.
  const adminAddress = await admin.listen();

  const store = instrumentStore(await collaborators.openStore(config, { now, wallClock }, log), metrics);
  closers.defer(() => store.close());
  life.store = store;

  const nearMisses = createNearMisses({
    now,
    onFound: (nearMiss) => record.addNearMiss(nearMiss),
    onSearched: (result) => metrics.nearMissSearches.inc({ result }),
    onTrouble: (sentence) => log.warn(sentence),
  });
  closers.defer(() => nearMisses.close());
  const house = createGatehouse({
    loaded,
    store,
    log,
    writeLine,
    metrics,
    undelivered,
    rejections,
    record,
    nearMisses,
    isDraining: () => life.isDraining,
    now,
    wallClock,
  });
  closers.defer(() => house.close());
  closers.defer(() => recordTheRest(house, metrics, log));

  const { server, address: trafficAddress } = await openTraffic(
    { loaded, house, metrics, log, now },
    closers,
  );
  life.gatehouse = house;
  record.keep(watchedRoutes(loaded));
  const addresses = { traffic: trafficAddress, admin: adminAddress };
  return { life, log, flush, metrics, house, record, nearMisses, server, addresses };
}

/** From now on a change of the files is taken up. */
function keepUp(
  { life, log, metrics, house, record, nearMisses, server }: Opened,
  sources: ConfigSources,
  closers: AsyncDisposableStack,
): Reloader {
  const reloader = createReloader({
    load: (before) => loadEverything(sources, before),
    current: () => house.loaded,
    adopt(next) {
      const lookedOver = house.lookOver(next);
      const tls = tlsMaterial(next);
      if (tls !== undefined) server.setTls(tls);
      house.adopt(lookedOver);
      nearMisses.disregard();
      record.keep(watchedRoutes(next));
    },
    log,
    metrics,
    wallClock,
  });
  closers.defer(() => reloader.close());
  life.reloader = reloader;
  return reloader;
}

/** Takes what still comes, ends each connection with its answer, and gives the load balancer time to send elsewhere. */
async function drain({ life, log, house, server }: Opened): Promise<void> {
  const { delayMs } = house.loaded.config.drain;
  life.isDraining = true;
  log.info({ delayMs }, 'draining');
  server.beginDrain();
  await sleep(delayMs);
}

async function recordTheRest(house: Gatehouse, metrics: Metrics, log: Log): Promise<void> {
  const unrecorded = await house.unrecorded.close();
  if (unrecorded.length === 0) return;
  metrics.forgotten.inc({ reason: 'shutdown' }, unrecorded.length);
  log.error(
    { unrecorded: unrecorded.length, duplicateKeys: unrecorded.slice(0, loggedKeys) },
    'ending with accepted events that no store has recorded: repeats of them reach the application',
  );
}
