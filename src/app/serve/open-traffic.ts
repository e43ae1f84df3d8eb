import type { AddressInfo } from 'node:net';
import { parseAddress } from '../../addresses/address.ts';
import type { Streams } from '../../delivery/streams.ts';
import type { Log } from '../../log/log.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { listenForStop } from '../../server/stop-socket.ts';
import { createTrafficServer, type TrafficServer } from '../../server/traffic.ts';
import type { Loaded } from '../load/load.ts';
import type { Gatehouse } from './gatehouse.ts';

interface TrafficParts {
  readonly loaded: Loaded;
  readonly house: Gatehouse;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Opens the traffic port in front of the gates, and the socket on which a stop is announced. Rejects with the system's error. */
export async function openTraffic(
  { loaded, house, metrics, log, now }: TrafficParts,
  closers: AsyncDisposableStack,
): Promise<{ readonly server: TrafficServer; readonly address: AddressInfo }> {
  const { config } = loaded;
  const server = createTrafficServer({
    host: config.listen.host,
    port: config.listen.port,
    tls: tlsMaterial(loaded),
    limits: {
      headerBytes: config.limits.headerBytes,
      headerLines: () => 2 * house.loaded.config.limits.headers,
      headerTimeMs: config.limits.headerTimeMs,
      connections: config.limits.connections,
      connectionsPerPeer: config.limits.connectionsPerPeer,
      keepAliveMs: config.listen.keepAliveMs,
    },
    proxyProtocol: config.clientAddress.from === 'proxyProtocol',
    isTrustedProxy(text) {
      const address = parseAddress(text);
      return address !== undefined && house.loaded.trustedProxies.has(address);
    },
    judge: house.judge,
    streams: config.otherPaths === 'passthrough' ? streamsOf(house) : undefined,
    onRejected: house.onRefused,
    onConnectionRefused: (reason) => metrics.connectionsRefused.inc({ reason }),
    onFault: (error) => log.error({ err: error }, 'fault at the traffic port'),
    now,
  });
  closers.defer(() => closeTraffic(server, house));
  if (config.drain.socket !== '') {
    const stopSocket = await listenForStop(config.drain.socket, () => {
      log.info('a stop is near: connections are let go');
      server.beginDrain();
    });
    closers.defer(() => stopSocket.close());
  }
  return { server, address: await server.listen() };
}

async function closeTraffic(server: TrafficServer, house: Gatehouse): Promise<void> {
  const { answerMs, deliveryMs } = house.longest;
  await server.close(deliveryMs, answerMs);
  // A delivery goes on after its sender has left: what the application accepts of it is still to be recorded.
  await house.settled(deliveryMs);
}

/** Hands each request to the passthrough that is in force when it comes. */
function streamsOf(house: Gatehouse): Streams {
  const current = (): Streams => {
    if (house.streams === undefined) throw new Error('nothing is passed through');
    return house.streams;
  };
  return {
    request: async (...request) => current().request(...request),
    upgrade: async (...upgrade) => current().upgrade(...upgrade),
    mayUpgrade: (request) => house.streams?.mayUpgrade(request) === true,
  };
}

/** The certificate that the port shows; undefined for plain HTTP. */
export function tlsMaterial({ config, tls }: Loaded) {
  if (tls === undefined || config.listen.tls === undefined) return undefined;
  return { ...tls, minVersion: config.listen.tls.minVersion };
}
