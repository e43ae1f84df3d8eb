import type { Config } from '../config/config.ts';

/** What is bound when the process starts: sockets, files and counters that outlive a reload. */
const bound: Readonly<Record<string, (config: Config) => unknown>> = {
  'listen.host': ({ listen }) => listen.host,
  'listen.port': ({ listen }) => listen.port,
  'listen.tls': ({ listen }) => listen.tls !== undefined,
  'listen.tls.minVersion': ({ listen }) => listen.tls?.minVersion,
  admin: ({ admin }) => admin,
  'clientAddress.from': ({ clientAddress }) => clientAddress.from === 'proxyProtocol',
  otherPaths: ({ otherPaths }) => otherPaths,
  duplicates: ({ duplicates }) => duplicates,
  'limits.headerTime': ({ limits }) => limits.headerTimeMs,
  'limits.connections': ({ limits }) => limits.connections,
  'limits.connectionsPerPeer': ({ limits }) => limits.connectionsPerPeer,
  'limits.inFlight': ({ limits }) => limits.inFlight,
};

/** The keys whose change takes a restart; a reload that changes one is refused as a whole. */
export function keysThatNeedRestart(before: Config, after: Config): string[] {
  return Object.entries(bound).flatMap(([key, pick]) =>
    JSON.stringify(pick(before)) === JSON.stringify(pick(after)) ? [] : [key],
  );
}
