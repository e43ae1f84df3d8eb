import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import './without-util-extend.ts';
import httpProxy from 'http-proxy';
import type { Delivery } from '../delivery/delivery.ts';
import { type Rejection, reject } from '../delivery/rejections.ts';
import { endToEndHeaders } from './hop-by-hop.ts';
import { preparePassedHeaders, preparePassedUpgradeHeaders } from './passed-headers.ts';

/** Streams what is no webhook to the same application: uploads, downloads, server-sent events, WebSockets. */
export interface Passthrough {
  request(request: IncomingMessage, response: ServerResponse, delivery: Delivery): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, delivery: Delivery): void;
  /** Whether this upgrade may become a tunnel; otherwise it is handled as an ordinary request. */
  mayUpgrade(request: IncomingMessage): boolean;
  /** Closes idle connections to the application. */
  close(): void;
}

export interface PassthroughOptions {
  /** http or https; may carry a path prefix. */
  readonly url: URL;
  /** PEM certificates that replace the system's authorities. */
  readonly caPem: string | undefined;
  readonly connectTimeoutMs: number;
  /** The path gate's word on a request target. */
  readonly isPassedThrough: (target: string) => boolean;
  /** The pod is ending: an application that has gone before the gate is expected. */
  readonly isDraining: () => boolean;
  /** Status of the application's answer. */
  readonly onAnswered: (status: number) => void;
  /** The application gave no answer; `response` or `socket` is where the refusal belongs. */
  readonly onFailed: (delivery: Delivery, rejection: Rejection, to: ServerResponse | Socket) => void;
}

/** Node gives idle connections up after 5 s, other servers later: a reused one must not be just closing. */
const idleTimeoutMs = 4000;

/** By http-proxy, which opens the upstream's request; the answer is written here. */
export function createPassthrough(options: PassthroughOptions): Passthrough {
  const { url, connectTimeoutMs } = options;
  const ca = options.caPem === undefined ? {} : { ca: options.caPem };
  const agentOptions = { keepAlive: true, timeout: idleTimeoutMs, ...ca };
  const agent = url.protocol === 'https:' ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const target = {
    protocol: url.protocol,
    hostname: unbracketed(url),
    port: url.port,
    path: url.pathname,
    ...ca,
  };
  const proxy = httpProxy.createProxyServer({
    target: target as unknown as string,
    // The path goes on as it came; http-proxy would parse and rebuild it.
    toProxy: true,
    selfHandleResponse: true,
  });

  proxy.on('proxyReq', (proxyReq, _request, response) => {
    abortWhenGone(proxyReq, response);
    limitConnecting(proxyReq, connectTimeoutMs);
  });
  proxy.on('proxyRes', (proxyRes, _request, response) => {
    options.onAnswered(proxyRes.statusCode ?? 0);
    relay(proxyRes, response);
  });
  proxy.on('proxyReqWs', (proxyReq, _request, socket) => {
    abortWhenGone(proxyReq, socket);
    limitConnecting(proxyReq, connectTimeoutMs);
    proxyReq.once('upgrade', () => options.onAnswered(101));
    // http-proxy writes these headers with a body that is no longer chunked, and ends the connection after it.
    proxyReq.prependListener('response', (answer: IncomingMessage) => {
      options.onAnswered(answer.statusCode ?? 0);
      delete answer.headers['transfer-encoding'];
      answer.headers.connection = 'close';
      answer.once('error', () => socket.destroy());
    });
  });

  return {
    request(request, response, delivery) {
      // The gate has no question of its own to ask first, so the body may come.
      if (request.headers.expect !== undefined && delivery.head.httpVersion === '1.1')
        response.writeContinue();
      preparePassedHeaders(request, delivery);
      response.setHeader('X-Request-Id', delivery.requestId);
      proxy.web(request, response, { agent }, (error) => {
        if (response.headersSent || response.destroyed) response.destroy();
        else options.onFailed(delivery, rejectionFor(error), response);
      });
    },
    upgrade(request, socket, head, delivery) {
      preparePassedUpgradeHeaders(request, delivery);
      proxy.ws(request, socket, head, {}, (error) => {
        if (socket.bytesWritten === 0) options.onFailed(delivery, rejectionFor(error), socket);
        else socket.destroy();
      });
    },
    mayUpgrade: (request) => !hasBody(request) && options.isPassedThrough(request.url ?? ''),
    close: () => agent.destroy(),
  };

  function rejectionFor(error: Error & { code?: string }): Rejection {
    const unreachable =
      error.code !== 'ECONNRESET' && error.code !== 'EPIPE' && !error.code?.startsWith('HPE_');
    if (!unreachable) return reject('upstream_protocol_error', error.message);
    return reject(options.isDraining() ? 'shutting_down' : 'upstream_unreachable', error.message);
  }
}

/** A client that leaves would otherwise leave the application writing into nothing. */
function abortWhenGone(proxyReq: ClientRequest, client: ServerResponse | Socket): void {
  client.once('close', () => proxyReq.destroy());
}

function limitConnecting(proxyReq: ClientRequest, timeoutMs: number): void {
  const socket = proxyReq.socket;
  if (socket === null || !socket.connecting) return;
  const timer = setTimeout(() => {
    proxyReq.destroy(Object.assign(new Error(`no connection within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
  }, timeoutMs);
  socket.once('connect', () => clearTimeout(timer));
  socket.once('close', () => clearTimeout(timer));
}

/** Streams the answer; when the application breaks off, the client's connection is cut, so that it can tell. */
function relay(proxyRes: IncomingMessage, response: ServerResponse): void {
  const own = response.getHeader('X-Request-Id');
  const headers = endToEndHeaders(proxyRes.rawHeaders);
  response.removeHeader('X-Request-Id');
  response.writeHead(proxyRes.statusCode ?? 502, [
    ...without(headers, 'x-request-id'),
    'X-Request-Id',
    String(own),
  ]);
  // Server-sent events begin with a head and nothing else.
  response.flushHeaders();
  pipeline(proxyRes, response, (error) => {
    if (error) response.destroy();
  });
}

function without(headers: readonly string[], lowerCaseName: string): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] as string;
    if (name.toLowerCase() !== lowerCaseName) kept.push(name, headers[index + 1] as string);
  }
  return kept;
}

/** http-proxy sends an upgrade's headers and no body: a length without one would swallow the next request. */
function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
}

function unbracketed(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
