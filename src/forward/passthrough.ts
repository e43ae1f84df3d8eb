import type { IncomingMessage } from 'node:http';
import type httpProxy from 'http-proxy';
import type { Peer } from '../delivery/delivery.ts';
import { noRoom } from '../delivery/overloaded.ts';
import { type Rejection, reject } from '../delivery/rejections.ts';
import type { Streams } from '../delivery/streams.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { AnswerFault } from './answer-head.ts';
import { ConnectionPool } from './connection-pool.ts';
import { createDial, type DialRules, hostOf, prefixOf } from './dial.ts';
import { DialAgent } from './dial-agent.ts';
import { limitSilence } from './limit-silence.ts';
import { PassedExchange, type PassedFailure } from './passed-exchange.ts';
import { passedHeaders, passedUpgradeHeaders } from './passed-headers.ts';
import { passUpgrade } from './passed-upgrade.ts';
import { type Standstill, uploadBytes } from './standstill.ts';

/**
 * Streams what is no webhook to the same application: uploads, downloads, server-sent events, WebSockets.
 * docs/passthrough.md describes it.
 */
export interface Passthrough extends Streams {
  /** Closes idle connections to the application. */
  close(): void;
}

export interface PassthroughOptions extends DialRules {
  /** How long a connection to the application may rest. */
  readonly keepAliveMs: number;
  /** How long a client may be silent in the middle of its body. */
  readonly uploadIdleMs: number;
  /** How long nothing may go in either direction, of an answer that is waited for or a tunnel as well. */
  readonly streamIdleMs: number;
  /** What is held of all streams together for those who take it slowly. */
  readonly standstill: Standstill;
  /** The path gate's word on a request target. */
  readonly isPassedThrough: (target: string) => boolean;
  /** Whether the peer may say who sent a request, as for events. */
  readonly isTrustedProxy: (peer: Peer) => boolean;
  /** The pod is ending: an application that has gone before the gate is expected. */
  readonly isDraining: () => boolean;
  /** Status of the application's answer; 101 for a tunnel. */
  readonly onAnswered: (status: number) => void;
}

/** Upgrades by http-proxy; everything else by connections of our own, kept as those for events are. */
export function createPassthrough(options: PassthroughOptions): Passthrough {
  const { url, uploadIdleMs, standstill } = options;
  const dial = createDial(options);
  const { keepAliveMs } = options;
  const pool = new ConnectionPool({
    dial,
    connections: Number.POSITIVE_INFINITY,
    keepAliveMs,
    timeoutMs: uploadIdleMs,
  });
  const place = { prefix: prefixOf(url), host: url.host };
  const agent = new DialAgent(dial);
  let opened: Promise<httpProxy> | undefined;

  return {
    async request(request, response, delivery) {
      if (standstill.isFull()) return noRoom();
      const headers = passedHeaders(request, delivery, options.isTrustedProxy(delivery.peer));
      const { promise, resolve } = Promise.withResolvers<Rejection | undefined>();
      response.once('close', () => resolve(undefined));
      const withBody = hasBody(request);
      if (withBody) {
        standstill.watch(request, uploadBytes, () => response.destroy());
        // Somebody listens to its data soon, and nobody takes it yet.
        request.pause();
      }
      const refuse = (rejection: Rejection): void => {
        // An answer under way has its own end: a late write error must not cut off an early 413.
        if (!response.headersSent && !response.destroyed) resolve(rejection);
      };
      const passed = { request, response, headers, requestId: delivery.requestId, hasBody: withBody };
      const isComing = withBody && !request.complete;
      const onBytes = limitSilence({ request, response, hasBody: isComing }, options, refuse);
      const { onAnswered } = options;
      const fail = (failure: PassedFailure): void => refuse(rejectionFor(failure, options.isDraining()));
      const onFailed = (failure: PassedFailure): void => {
        if (failure.isByKeptConnection && !withBody && mayBeRepeated(request.method))
          pool.addToNew(new PassedExchange(passed, { ...rules, onFailed: fail }));
        else fail(failure);
      };
      const rules = { ...place, standstill, uploadIdleMs, onAnswered, onBytes, onFailed };
      pool.add(new PassedExchange(passed, rules));
      return promise;
    },
    async upgrade(request, socket, head, delivery) {
      if (standstill.isFull()) return noRoom();
      const headers = passedUpgradeHeaders(request, delivery, options.isTrustedProxy(delivery.peer));
      opened ??= openProxy(options);
      const proxy = await opened;
      const writtenBefore = socket.bytesWritten;
      const upgrade = { request, headers, socket, head, requestId: delivery.requestId };
      const { promise, resolve } = Promise.withResolvers<Rejection | undefined>();
      socket.once('close', () => resolve(undefined));
      passUpgrade(upgrade, { ...options, proxy, agent }, (error) => {
        if (socket.destroyed || socket.writableEnded) return resolve(undefined);
        if (socket.bytesWritten > writtenBefore) socket.destroy();
        else resolve(rejectionFor({ error, isSent: false }, options.isDraining()));
      });
      return promise;
    },
    mayUpgrade: (request) => !hasBody(request) && options.isPassedThrough(request.url ?? ''),
    close: () => pool.close(),
  };
}

/** Loaded with the first upgrade: most pods have none, and each would pay for it at its start. */
async function openProxy(options: PassthroughOptions): Promise<httpProxy> {
  const { default: library } = await import('http-proxy');
  return library.createProxyServer({
    target: targetOf(options) as unknown as string,
    // The path goes on as it came; http-proxy would parse and rebuild it.
    toProxy: true,
  });
}

/** TLS, where there is any, is the agent's. */
function targetOf({ url }: PassthroughOptions) {
  return { protocol: 'http:', hostname: hostOf(url), port: url.port, path: url.pathname };
}

function rejectionFor(
  { error, isSent }: Pick<PassedFailure, 'error' | 'isSent'>,
  isDraining: boolean,
): Rejection {
  const { code } = error;
  const isBroken =
    (isSent && code === undefined) ||
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    error instanceof AnswerFault ||
    code?.startsWith('HPE_');
  if (isBroken) return reject('upstream_protocol_error', whatWentWrong(error));
  return reject(isDraining ? 'shutting_down' : 'upstream_unreachable', whatWentWrong(error));
}

/**
 * Those that ask for no change (RFC 9110 section 9.2.1). An application closes a kept connection when it pleases, and a
 * request on its way at that moment is lost; without a gate the client would have had a connection of its own. RFC 9110
 * section 9.2.2 lets a proxy repeat nothing else.
 */
function mayBeRepeated(method = ''): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE';
}

/** An upgrade is sent without a body: a length without one would swallow the next request. */
function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
}
