import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerOptions,
} from 'node:http';
import type { Server as HttpsServer } from 'node:https';

/** PEM texts. */
export interface TlsMaterial {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** Bytes that Node reads of a body before somebody takes them, and as many of an answer that a client takes in slowly. */
const readAheadBytes = 16 * 1024;

/** Node's server, set so that it drops nothing, waits for nothing and answers nothing by itself: the gate does. */
export function createNodeServer(rules: {
  tls: TlsMaterial | undefined;
  maxHeadBytes: number;
  headerTimeMs: number;
  keepAliveMs: number;
  maxConnections: number;
  /** Asked for GET with `Upgrade: websocket` only. */
  mayUpgrade: (request: IncomingMessage) => boolean;
}): HttpServer | HttpsServer {
  const { tls } = rules;
  const options: ServerOptions = {
    // Node counts fewer bytes of a head than the gate does, so it refuses none that the gate would take.
    maxHeaderSize: rules.maxHeadBytes,
    highWaterMark: readAheadBytes,
    headersTimeout: rules.headerTimeMs,
    // The body has its own clock, which starts once it is wanted.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.max(20, Math.min(500, rules.headerTimeMs / 10)),
    keepAliveTimeout: rules.keepAliveMs,
    // A missing Host is refused by the headers gate, with a problem document.
    requireHostHeader: false,
    insecureHTTPParser: false,
    shouldUpgradeCallback: (request) => isWebSocketHandshake(request) && rules.mayUpgrade(request),
  };
  const server =
    tls === undefined
      ? createHttpServer(options)
      : // As `nodeTls` does: not read where nobody speaks TLS.
        process.getBuiltinModule('node:https').createServer({
          ...options,
          ...tls,
          ALPNProtocols: ['http/1.1'],
          handshakeTimeout: rules.headerTimeMs,
        });
  // Set for each connection: the headers gate counts the lines, and older Nodes drop those over this in silence.
  server.maxHeadersCount = 0;
  server.maxConnections = rules.maxConnections;
  return server;
}

/**
 * With an `upgrade` listener Node would hand over every request that has an Upgrade header, also one to a webhook
 * path, past all that listens to `request`. In HTTP/1.0 an Upgrade says nothing (RFC 9110 section 7.8): a proxy that
 * speaks it has passed on what it does not know, and takes what comes behind for requests.
 */
function isWebSocketHandshake(request: IncomingMessage): boolean {
  if (request.method !== 'GET' || request.httpVersion !== '1.1') return false;
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}
