import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import './without-util-extend.ts';
import httpProxy from 'http-proxy';
import type { Delivery, Peer } from '../delivery/delivery.ts';
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
  /** Whether the peer may say who sent a request; the same rule as for events. */
  readonly isTrustedProxy: (peer: Peer) => boolean;
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
    response.once('close', () => proxyReq.destroy());
    limitConnecting(proxyReq, secure, connectTimeoutMs);
  });

  return {
    request(request, response, delivery) {
      preparePassedHeaders(request, delivery, options.isTrustedProxy(delivery.peer));
      const fail = once((error: Error) => {
        if (response.headersSent || response.destroyed) response.destroy();
        else options.onFailed(delivery, rejectionFor(error), response);
      });
      passedRequests.set(response, { delivery, fail });
      proxy.web(request, response, { agent }, fail);
    },
    upgrade(request, socket, head, delivery) {
      preparePassedUpgradeHeaders(request, delivery, options.isTrustedProxy(delivery.peer));
      const fail = once((error: Error) => {
        if (socket.bytesWritten === before) options.onFailed(delivery, rejectionFor(error), socket);
        else socket.destroy();
      });
      const before = socket.bytesWritten;
      passedRequests.set(socket, { delivery, fail });
      proxy.ws(request, socket, head, {}, fail);
    },
    mayUpgrade: (request) => !hasBody(request) && options.isPassedThrough(request.url ?? ''),
    close: () => agent.destroy(),
  };
}
