import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Ending, PassThrough, type Settlement } from '../delivery/answer.ts';
import type { Judge } from '../delivery/judge.ts';
import { Rejection, reject } from '../delivery/rejections.ts';
import type { Streams } from '../delivery/streams.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import type { ClientConnection } from './client-connection.ts';
import type { ClientConnections } from './client-connections.ts';
import { ClientExchange } from './client-exchange.ts';
import { destroyBeforeReadingOn } from './destroy-before-reading-on.ts';
import type { OnRejected } from './early-refusal.ts';
import { type LingerLimits, lingerAfterAnswer } from './linger.ts';
import { createQueuedBytes } from './queued-bytes.ts';
import { respond } from './respond.ts';

export interface RequestListenerCollaborators {
  readonly connections: ClientConnections;
  readonly lingerLimits: LingerLimits;
  readonly judge: Judge;
  readonly streams: Pick<Streams, 'request'> | undefined;
  readonly onRejected: OnRejected;
  readonly onFault: (error: unknown) => void;
  readonly isDraining: () => boolean;
  /** False: the stop has come too far for another delivery. */
  readonly mayJudge: () => boolean;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Requests that a client may send ahead of the answers. */
const maxPipelined = 16;

/** Lets each connection's requests be judged one after the other, and writes the answers. */
export function createRequestListener(collaborators: RequestListenerCollaborators) {
  const { connections, judge, now, lingerLimits } = collaborators;
  const queued = createQueuedBytes();

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const connection = connections.of(request.socket);
    if (connection === undefined) return;
    // What comes behind the last request is not judged: it may be the tail of a refused body.
    if (connection.isLast) return void leaveUntaken(connection, request);
    const { peer, secure } = connection;
    const exchange = new ClientExchange(request, response, { peer, secure, atMs: now() });
    connection.isUsed = true;
    const isFirst = connection.current === undefined;
    if (!isFirst) queue(connection, exchange);
    // Of a request with `Upgrade` Node drops what came in the same read behind it, also where nobody takes it up.
    if (request.headers.upgrade !== undefined) connection.isLast = true;
    if (isFirst) start(connection, exchange);
  }

  /**
   * Keeps a request that came before the one ahead of it was answered. Reading stops until its turn, since Node would make
   * a request of everything that comes: the rest stays in the system's buffers. That the client has left is noticed only
   * when it is answered.
   */
  function queue(connection: ClientConnection, exchange: ClientExchange): void {
    const { waiting } = connection;
    const { request } = exchange;
    if (waiting.length < maxPipelined && queued.take(request)) waiting.push(exchange);
    else {
      // The client sends it again elsewhere, as it must be able to (RFC 9112 section 9.3.2).
      connection.becomeLast();
      connection.untaken += 1;
      request.resume();
    }
    stopReading(connection, request.socket);
  }

  function leaveUntaken(connection: ClientConnection, request: IncomingMessage): void {
    connection.untaken += 1;
    if (!queued.take(request))
      return void destroyBeforeReadingOn(request.socket, connections.live.keys(), isRead);
    request.resume();
    stopReading(connection, request.socket);
  }

  const isRead = (socket: Socket): boolean => connections.of(socket)?.isNotRead !== true;

  function stopReading(connection: ClientConnection, socket: Socket): void {
    // Not before the parser is through with the bytes at hand: with every whole request it makes Node read on.
    process.nextTick(() => {
      if (connection.isNotRead) socket.pause();
    });
  }

  function start(connection: ClientConnection, exchange: ClientExchange): void {
    connection.current = exchange;
    const refusal = judgeVersion(exchange) ?? judgeMoment();
    if (refusal !== undefined) {
      answer(connection, exchange, refusal);
      collaborators.onRejected(exchange, refusal);
      return;
    }
    let ending: Ending | Promise<Ending>;
    try {
      ending = judge(exchange);
    } catch (error) {
      fault(connection, exchange, error);
      return;
    }
    if (ending instanceof Promise) {
      ending.then(
        (later) => settle(connection, exchange, later),
        (error) => fault(connection, exchange, error),
      );
    } else {
      settle(connection, exchange, ending);
    }
  }

  function judgeMoment(): Rejection | undefined {
    return collaborators.mayJudge() ? undefined : reject('shutting_down', 'it came too late in the stop');
  }

  function settle(connection: ClientConnection, exchange: ClientExchange, ending: Ending): void {
    try {
      if (ending instanceof PassThrough) stream(connection, exchange);
      else answer(connection, exchange, ending);
    } catch (error) {
      fault(connection, exchange, error);
    }
  }

  function answer(connection: ClientConnection, exchange: ClientExchange, settlement: Settlement): void {
    const { request, response } = exchange;
    const unread = exchange.hasUnreadBody();
    // Where the next request begins cannot be told: what waits may be the rest of this one.
    if (unread || isFramingInDoubt(settlement)) {
      connection.waiting.length = 0;
      connection.isLast = true;
    }
    if (collaborators.isDraining()) connection.isLast = true;
    if (connection.answersLast) {
      response.shouldKeepAlive = false;
      if (unread && !connection.isBroken)
        lingerAfterAnswer(connection, request.socket, lingerLimits, request);
      else if (connection.hasUntakenBytes)
        lingerAfterAnswer(connection, request.socket, lingerLimits, undefined);
    }
    respond(response, settlement, exchange.requestId);
    exchange.giveBackAfterAnswer();
    if (exchange.facts.keyName !== undefined) connection.isKnown = true;
    connection.answered = response;
    response.once('finish', forgetAnswered);
    next(connection, request.socket);
  }

  /** One function for all answers. Who kept the last one of each connection until the next would keep all that it hangs on. */
  function forgetAnswered(this: ServerResponse): void {
    const connection = connections.of(this.req.socket);
    if (connection?.answered === this) connection.answered = undefined;
  }

  function stream(connection: ClientConnection, exchange: ClientExchange): void {
    const { request, response } = exchange;
    if (collaborators.streams === undefined) throw new Error('no passthrough is configured');
    exchange.isStreaming = true;
    connection.isKnown = true;
    if (collaborators.isDraining()) connection.isLast = true;
    if (connection.answersLast) {
      response.shouldKeepAlive = false;
      if (connection.hasUntakenBytes) lingerAfterAnswer(connection, request.socket, lingerLimits, undefined);
    }
    response.once('close', () => endStream(connection, exchange));
    if (exchange.isBrokenOff) return void refuseBroken(connection, exchange);
    exchange.onBrokenOff = () => refuseBroken(connection, exchange);
    if (exchange.expectsContinue()) response.writeContinue();
    collaborators.streams.request(request, response, exchange).then(
      (refusal) => {
        if (refusal !== undefined) respond(response, refusal, exchange.requestId);
      },
      (error) => fault(connection, exchange, error),
    );
  }

  /** The framing of its body is broken: the client is told so, unless it has the beginning of another answer. */
  function refuseBroken({ peer }: ClientConnection, { request, response, requestId }: ClientExchange): void {
    const rejection = reject('malformed_request', 'the framing of the body is broken');
    collaborators.onRejected({ requestId, peer }, rejection);
    if (response.headersSent) return void request.socket.destroy();
    response.shouldKeepAlive = false;
    respond(response, rejection, requestId);
  }

  /** The answer has left, or its client has. */
  function endStream(connection: ClientConnection, exchange: ClientExchange): void {
    const { request } = exchange;
    const { socket } = request;
    // The application answered before it had read everything; the rest must not be taken for a request.
    const unread = !request.complete;
    if (unread || socket.destroyed) {
      connection.waiting.length = 0;
      connection.isLast = true;
    }
    // The head of the answer may have promised to keep the connection, before something made this request the last.
    if (connection.answersLast && !socket.writableEnded) {
      lingerAfterAnswer(
        connection,
        socket,
        lingerLimits,
        unread && !connection.isBroken ? request : undefined,
      );
      socket.destroySoon();
    }
    next(connection, socket);
  }

  function next(connection: ClientConnection, socket: Socket): void {
    connection.current = undefined;
    connection.rest(socket, now());
    const following = connection.waiting.shift();
    if (connection.waiting.length === 0) socket.resume();
    if (following === undefined) return;
    queued.giveBack(following.request);
    start(connection, following);
  }

  function fault(connection: ClientConnection, exchange: ClientExchange, error: unknown): void {
    collaborators.onFault(error);
    // The fault may be the answer itself, such as a header value that cannot be written.
    if (exchange.response.headersSent || exchange.isStreaming) {
      exchange.request.socket.destroy();
      exchange.held?.giveBack();
    } else answer(connection, exchange, reject('internal_error', whatWentWrong(error)));
  }

  return onRequest;
}

/** Node's parser also takes `HTTP/0.9` and `HTTP/2.0` for versions; their framing is another one. */
function judgeVersion({ request, head }: ClientExchange): Rejection | undefined {
  if (request.httpVersionMajor === 1 && request.httpVersionMinor <= 1) return undefined;
  return reject('malformed_request', `version HTTP/${head.httpVersion}`);
}

/** Where the head was refused for its form, nobody can say where the next request begins. */
function isFramingInDoubt(settlement: Settlement): boolean {
  if (!(settlement instanceof Rejection)) return false;
  return settlement.code === 'malformed_request' || settlement.code === 'headers_too_large';
}
