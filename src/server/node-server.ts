import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';

/** PEM texts. */
export interface TlsMaterial {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** Bytes by which Node's own limit lies above the gate's, so that the gate is the one that answers. */
const parserSlackBytes = 16 * 1024;

/** Node's server, set so that it drops, waits for and answers nothing by itself. */
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
    maxHeaderSize: rules.maxHeadBytes + parserSlackBytes,
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
      : createHttpsServer({
          ...options,
          ...tls,
          ALPNProtocols: ['http/1.1'],
          handshakeTimeout: rules.headerTimeMs,
        });
  // Over this count Node drops header lines in silence; the headers gate counts them instead.
  server.maxHeadersCount = 0;
  server.maxConnections = rules.maxConnections;
  return server;
}

/**
 * With an `upgrade` listener Node would hand over every request that has an Upgrade header, also one to a webhook
 * path, past all that listens to `request`.
 */
function isWebSocketHandshake(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket';
}
