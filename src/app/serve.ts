/** The wiring, as a recipe: start, keep up with the files, drain. */
import { ServerResponse } from 'node:http';
import { parseAddress } from '../addresses/address.ts';
import type { ConfigSources } from '../config/load-config.ts';
import { type DuplicateStore, StoreRefused } from '../delivery/duplicate-store.ts';
import { createLog, type Log } from '../log/log.ts';
import { createRecentRejections } from '../log/recent-rejections.ts';
import { instrumentStore } from '../metrics/instrument-store.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createUndelivered } from '../metrics/undelivered.ts';
import { createAdminServer } from '../server/admin.ts';
import { usualLinger } from '../server/linger.ts';
import { respond } from '../server/respond.ts';
import { listenForStop, type StopSocket } from '../server/stop-socket.ts';
import { refuseTakenOver } from '../server/take-over.ts';
import { createTrafficServer } from '../server/traffic.ts';
import { hostAndPort } from '../values/host-brackets.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { version } from '../version.ts';
import { createGatehouse, type Gatehouse } from './gatehouse.ts';
import { type Loaded, loadEverything } from './load.ts';
import { openStore } from './open-store.ts';
import { createReloader, type Reloader } from './reloader.ts';
import type { Start } from './start.ts';
import { createStatus } from './status.ts';

export interface RunningGate {
  readonly traffic: { readonly address: string; readonly port: number };
  readonly admin: { readonly address: string; readonly port: number };
  /** Reads all files again, now. */
  reload(): Promise<void>;
  /** Drains as DESIGN.md ("Shutdown") says; resolves when all is flushed and closed. */
  stop(): Promise<void>;
  /** Writes a fault that nobody caught to the log, at once: the process ends after it. */
  reportFatal(fault: unknown): void;
}

export type GateStart = Start<{ readonly gate: RunningGate }>;

const keptRejections = 300;
const keptUndelivered = 10_000;
/** Enough to look for by hand; each was logged when it was added. */
const loggedKeys = 100;
const senderGivesUpAfterMs = 48 * 3_600_000;

/** Starts a gate; resolves once it takes traffic, or with why it cannot. Leaves nothing half started. */
export async function startGate(
  sources: ConfigSources,
  collaborators: { readonly openStore: typeof openStore } = { openStore },
): Promise<GateStart> {
  const result = await loadEverything(sources);
  if (result.kind === 'problems') return result;
  const { loaded } = result;
  const { config } = loaded;
  const now = (): number => performance.now();
  const wallClock = (): number => Date.now();
  const metrics = createMetrics();
  const { log, writeLine, flush } = createLog(config.log.level, () => metrics.logLinesDropped.inc());
  metrics.buildInfo.set({ version, node: process.version }, 1);
  const undelivered = createUndelivered({
    now,
    maxEvents: keptUndelivered,
    forgetAfterMs: senderGivesUpAfterMs,
  });
  const rejections = createRecentRejections(keptRejections);
  let store: DuplicateStore | undefined;
  let gatehouse: Gatehouse | undefined;
  let reloader: Reloader | undefined;
  let stopSocket: StopSocket | undefined;
  let isDraining = false;

  const status = createStatus({
    metrics,
    undelivered,
    store: () => store,
    gatehouse: () => gatehouse,
    reloads: () => reloader?.state,
    isDraining: () => isDraining,
    startedAt: new Date(wallClock()).toISOString(),
    wallClock,
  });
  const admin = createAdminServer({
    ...status,
    live: () => true,
    rejections: rejections.list,
    onFault: (error) => log.error({ err: error }, 'fault at the admin port'),
    host: config.admin.host,
    port: config.admin.port,
  });

  try {
    // The admin port comes first: a gate that waits for the lock of its store is alive, and not ready.
    const adminAddress = await admin.listen();
    store = instrumentStore(await collaborators.openStore(config, { now, wallClock }, log), metrics);
    const house = createGatehouse({
      loaded,
      store,
      log,
      writeLine,
      metrics,
      undelivered,
      rejections,
      isDraining: () => isDraining,
      answerRefused(delivery, rejection, to) {
        if (to instanceof ServerResponse) respond(to, rejection, delivery.requestId);
        else refuseTakenOver(to, delivery, rejection, usualLinger);
      },
      now,
      wallClock,
    });
    const server = createTrafficServer({
      host: config.listen.host,
      port: config.listen.port,
      tls: tlsMaterial(loaded),
      limits: {
        headerBytes: config.limits.headerBytes,
        headerTimeMs: config.limits.headerTimeMs,
        connections: config.limits.connections,
        connectionsPerPeer: config.limits.connectionsPerPeer,
      },
      proxyProtocol: config.clientAddress.from === 'proxyProtocol',
      isTrustedProxy(text) {
        const address = parseAddress(text);
        return address !== undefined && house.loaded.trustedProxies.has(address);
      },
      judge: house.judge,
      passThrough: config.otherPaths === 'passthrough' ? passTo(house) : undefined,
      onRejected: house.onRefused,
      onConnectionRefused: (reason) => metrics.connectionsRefused.inc({ reason }),
      onFault: (error) => log.error({ err: error }, 'fault at the traffic port'),
      now,
    });
    const trafficAddress = await server.listen();
    if (config.drain.socket !== '')
      stopSocket = await listenForStop(config.drain.socket, () => {
        log.info('a stop is near: connections are let go');
        server.beginDrain();
      });
    gatehouse = house;
    reloader = createReloader({
      load: () => loadEverything(sources),
      current: () => house.loaded,
      adopt(next) {
        const tls = tlsMaterial(next);
        if (tls !== undefined) server.setTls(tls);
        house.adopt(next);
      },
      log,
      metrics,
      wallClock,
    });
    sayWhatIsInForce(log, loaded, { traffic: trafficAddress, admin: adminAddress });

    const opened = store;
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      isDraining = true;
      log.info({ delayMs: house.loaded.config.drain.delayMs }, 'draining');
      server.beginDrain();
      await new Promise((resolve) => setTimeout(resolve, house.loaded.config.drain.delayMs));
      reloader?.close();
      const { timeoutMs, connectTimeoutMs } = house.loaded.config.upstream;
      const endMs = now() + timeoutMs + connectTimeoutMs;
      await server.close(timeoutMs + connectTimeoutMs);
      // A delivery goes on after its sender has left: what the application accepts of it is still to be recorded.
      await house.settled(Math.max(0, endMs - now()));
      const unrecorded = await house.unrecorded.close();
      if (unrecorded.length > 0) {
        metrics.forgotten.inc({ reason: 'shutdown' }, unrecorded.length);
        log.error(
          { unrecorded: unrecorded.length, duplicateKeys: unrecorded.slice(0, loggedKeys) },
          'ending with accepted events that no store has recorded: repeats of them reach the application',
        );
      }
      await opened.close();
      await house.close();
      await admin.close();
      await stopSocket?.close();
      log.info('stopped');
      flush();
    };
    return {
      kind: 'running',
      gate: {
        traffic: trafficAddress,
        admin: adminAddress,
        reload: reloader.reload,
        stop: () => (stopped ??= stop()),
        reportFatal(fault) {
          log.fatal({ err: fault }, 'a fault that nobody caught: the gate ends, and its senders try again');
          flush();
        },
      },
    };
  } catch (error) {
    await stopSocket?.close();
    await store?.close();
    await admin.close();
    flush();
    return { kind: 'failed', sentence: sentenceFor(error) };
  }
}

function passTo(house: Gatehouse): Parameters<typeof createTrafficServer>[0]['passThrough'] {
  return {
    request: (request, response, delivery) => house.passthrough?.request(request, response, delivery),
    upgrade: (request, socket, head, delivery) => house.passthrough?.upgrade(request, socket, head, delivery),
    mayUpgrade: (request) => house.passthrough?.mayUpgrade(request) === true,
  };
}

function tlsMaterial({ config, tls }: Loaded) {
  if (tls === undefined || config.listen.tls === undefined) return undefined;
  return { ...tls, minVersion: config.listen.tls.minVersion };
}

function sayWhatIsInForce(log: Log, loaded: Loaded, addresses: object): void {
  const { config } = loaded;
  for (const warning of loaded.warnings) log.warn(warning);
  if (config.allowlist.mode === 'enforce' && loaded.allowlist.size === 0) {
    log.error('the allowlist is empty, so every delivery is refused: add the addresses of the sender');
  }
  if (config.allowlist.mode !== 'enforce')
    log.warn(`allowlist.mode is ${config.allowlist.mode}: every address is let in`);
  if (config.checksum.mode !== 'enforce')
    log.warn('checksum.mode is observe: forged events reach the application');
  log.info(
    {
      version,
      ...addresses,
      digest: loaded.digest,
      upstream: config.upstream.url.href,
      routes: config.routes.map(({ name, path }) => ({ name, path })),
      keys: loaded.keys.map(({ name }) => name),
      allowlist: loaded.allowlistEntries,
      store: config.duplicates.store,
    },
    'ready',
  );
}

function sentenceFor(error: unknown): string {
  if (error instanceof StoreRefused) return error.message;
  const { code, address, port } = Object(error) as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (code === 'EADDRINUSE')
    return `${hostAndPort(address ?? '', port ?? 0)} is taken by another process; choose another port`;
  if (code === 'EACCES')
    return `${hostAndPort(address ?? '', port ?? 0)} may not be bound by this user; choose a port above 1023`;
  return whatWentWrong(error);
}
