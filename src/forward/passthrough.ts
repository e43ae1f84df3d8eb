import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import httpProxy from 'http-proxy';
import type { Delivery, Peer } from '../delivery/delivery.ts';
import { type Rejection, reject } from '../delivery/rejections.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { afterALook } from './after-a-look.ts';
import { AnswerFault } from './answer-head.ts';
import { createDial, type DialRules, hostOf, prefixOf } from './dial.ts';
import { DialAgent } from './dial-agent.ts';
import { limitSilence } from './limit-silence.ts';
import { passAnswer } from './passed-answer.ts';
import { preparePassedHeaders, preparePassedUpgradeHeaders } from './passed-headers.ts';
import { passUpgrade } from './passed-upgrade.ts';
import { passUpload } from './passed-upload.ts';
import { mayBeSentAgain } from './sent-again.ts';

/**
 * Streams what is no webhook to the same application: uploads, downloads, server-sent events, WebSockets.
 * docs/passthrough.md describes it.
 */
export interface Passthrough {
  /**
   * The path gate and the framing check have let the request through; an awaited 100 Continue was sent. Resolves to the
   * refusal that the client is still to be told where the application gave no answer, and to undefined once the
   * request is over.
   */
  request(
    request: IncomingMessage,
    response: ServerResponse,
    delivery: Delivery,
  ): Promise<Rejection | undefined>;
  /** Resolves as `request` does; what it refuses has had no byte of an answer. */
  upgrade(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    delivery: Delivery,
  ): Promise<Rejection | undefined>;
  /** Whether this GET with `Upgrade: websocket` may become a tunnel; otherwise it is an ordinary request. */
  mayUpgrade(request: IncomingMessage): boolean;
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
  /** The path gate's word on a request target. */
  readonly isPassedThrough: (target: string) => boolean;
  /** Whether the peer may say who sent a request, as for events. */
  readonly isTrustedProxy: (peer: Peer) => boolean;
  /** The pod is ending: an application that has gone before the gate is expected. */
  readonly isDraining: () => boolean;
  /** Status of the application's answer; 101 for a tunnel. */
  readonly onAnswered: (status: number) => void;
}

/** What a client waits for: its request, and what to do when the application gives no answer. */
interface Pass {
  readonly delivery: Delivery;
  readonly agent: DialAgent;
  readonly fail: (error: Error) => void;
  readonly onAnswer: (answer: IncomingMessage) => void;
  /** Once it has a connection. */
  sent?: ClientRequest;
}

/** By http-proxy, which opens the upstream's request and copies bytes; the answers' heads, and uploads, are made here. */
export function createPassthrough(options: PassthroughOptions): Passthrough {
  const dial = createDial(options);
  const pooled = new DialAgent(dial, options.keepAliveMs);
  const single = new DialAgent(dial, 0);
  const passes = new WeakMap<IncomingMessage, Pass>();
  const proxy = httpProxy.createProxyServer({
    target: targetOf(options) as unknown as string,
    // The path goes on as it came; http-proxy would parse and rebuild it.
    toProxy: true,
    selfHandleResponse: true,
  });

  proxy.on('proxyReq', (proxyReq, request, response) => {
    // A client that leaves would otherwise leave the application writing into nothing.
    response.once('close', () => proxyReq.destroy());
    if (response.destroyed) proxyReq.destroy();
    const pass = passes.get(request);
    if (pass === undefined) return;
    pass.sent = proxyReq;
    // An unasked 101 ends a request without an error; where there was one, this comes too late to count.
    proxyReq.once('close', () => {
      // Each good answer would pay for the stack of an error that nobody reads.
      if (!response.headersSent) pass.fail(new AnswerFault('the application closed without an answer'));
    });
    proxyReq.once('response', (answer: IncomingMessage) => {
      const fault = pass.agent.faultOf(answer.socket) ?? badStatus(answer.statusCode);
      if (fault === undefined) return void pass.onAnswer(answer);
      proxyReq.destroy();
      pass.fail(fault);
    });
  });

  return {
    async request(request, response, delivery) {
      preparePassedHeaders(request, delivery, options.isTrustedProxy(delivery.peer));
      const { requestId } = delivery;
      const { promise, resolve } = Promise.withResolvers<Rejection | undefined>();
      response.once('close', () => resolve(undefined));
      let onBytes = (): void => {};
      let isOver = false;
      const refuse = (rejection: Rejection): void => {
        // An answer under way has its own end: a late write error must not cut off an early 413.
        if (isOver || response.headersSent || response.destroyed) return;
        isOver = true;
        resolve(rejection);
      };
      const send = (agent: DialAgent): void => {
        let hasFailed = false;
        const pass: Pass = {
          delivery,
          agent,
          fail(error) {
            // Of an error its `close` comes as well, perhaps after it was sent again.
            if (hasFailed || isOver || response.headersSent || response.destroyed) return;
            hasFailed = true;
            // Never a third time: that agent's connections are all new.
            if (agent === pooled && mayBeSentAgain(pass.sent, error)) send(single);
            else refuse(rejectionFor(error, options.isDraining()));
          },
          onAnswer(answer) {
            options.onAnswered(answer.statusCode ?? 0);
            answer.on('data', () => onBytes());
            passAnswer(answer, response, requestId);
          },
        };
        passes.set(request, pass);
        proxy.web(request, response, { agent }, pass.fail);
      };
      afterALook(() => {
        if (response.destroyed) return resolve(undefined);
        onBytes = limitSilence({ request, response, hasBody: hasBody(request) }, options, refuse);
        if (!hasBody(request)) return send(pooled);
        const place = { dial, prefix: prefixOf(options.url), host: options.url.host };
        passUpload(
          { request, response, requestId },
          { ...options, ...place, onBytes: () => onBytes() },
          (error) => refuse(rejectionFor(error, options.isDraining())),
        );
      });
      return promise;
    },
    async upgrade(request, socket, head, delivery) {
      preparePassedUpgradeHeaders(request, delivery, options.isTrustedProxy(delivery.peer));
      const writtenBefore = socket.bytesWritten;
      const upgrade = { request, socket, head, requestId: delivery.requestId };
      const { promise, resolve } = Promise.withResolvers<Rejection | undefined>();
      socket.once('close', () => resolve(undefined));
      passUpgrade(upgrade, { ...options, proxy, agent: single }, (error) => {
        if (socket.destroyed || socket.writableEnded) return resolve(undefined);
        if (socket.bytesWritten > writtenBefore) socket.destroy();
        else resolve(rejectionFor(error, options.isDraining()));
      });
      return promise;
    },
    mayUpgrade: (request) => !hasBody(request) && options.isPassedThrough(request.url ?? ''),
    // `pooled.destroy()` would cut what is being streamed, too; those connections end with their idle timeout.
    close() {
      for (const idle of Object.values(pooled.freeSockets).flat()) idle?.destroy();
    },
  };
}

/** TLS, where there is any, is the agent's. */
function targetOf({ url }: PassthroughOptions) {
  return { protocol: 'http:', hostname: hostOf(url), port: url.port, path: url.pathname };
}

/** Node's parser takes any three digits; its writer throws on some of them. */
function badStatus(status: number | undefined): Error | undefined {
  return status !== undefined && status >= 200 && status <= 999
    ? undefined
    : new AnswerFault(`status ${status}`);
}

function rejectionFor(error: Error & { code?: string }, isDraining: boolean): Rejection {
  const { code } = error;
  const isBroken =
    code === 'ECONNRESET' || code === 'EPIPE' || error instanceof AnswerFault || code?.startsWith('HPE_');
  if (isBroken) return reject('upstream_protocol_error', whatWentWrong(error));
  return reject(isDraining ? 'shutting_down' : 'upstream_unreachable', whatWentWrong(error));
}

/** An upgrade is sent without a body: a length without one would swallow the next request. */
function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
}
