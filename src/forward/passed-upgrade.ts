import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import type httpProxy from 'http-proxy';
import { answerHeadBytes } from '../delivery/answer-bytes.ts';
import { AnswerFault } from './answer-head.ts';
import type { DialAgent } from './dial-agent.ts';
import { passedFields } from './passed-answer.ts';
import { resetWhenCut } from './reset-when-cut.ts';
import { type Standstill, tunnelBytes } from './standstill.ts';
import { watchForLeaving } from './watch-for-leaving.ts';

export interface Upgrade {
  readonly request: IncomingMessage;
  /** Those for the application. */
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket;
  /** What the client sent behind its handshake. */
  readonly head: Buffer;
  readonly requestId: string;
}

export interface UpgradeRules {
  readonly proxy: httpProxy;
  readonly agent: DialAgent;
  /** A tunnel over which nothing goes for so long is ended; milliseconds. */
  readonly streamIdleMs: number;
  readonly standstill: Standstill;
  readonly onAnswered: (status: number) => void;
}

/**
 * Hands a WebSocket handshake to the application by http-proxy, and joins the client to it once it has agreed.
 *
 * http-proxy gets one end of a pair in the client's place. The heads that it writes there are left out: they are UTF-8,
 * from an object whose names are the wire's, and for a 101 that agrees to nothing as well. What comes behind them goes on.
 */
export function passUpgrade(upgrade: Upgrade, rules: UpgradeRules, onFailed: (error: Error) => void): void {
  const { request, socket, requestId } = upgrade;
  const [inPlaceOfClient, client] = duplexPair({ highWaterMark: readAheadBytes });
  for (const source of [socket, client]) rules.standstill.watch(source, tunnelBytes, () => socket.destroy());
  let isOver = false;
  const fail = (error: Error): void => {
    if (isOver) return;
    isOver = true;
    inPlaceOfClient.destroy();
    onFailed(error);
  };
  const begin = ({ statusCode = 502, statusMessage }: IncomingMessage, fields: readonly string[]): void => {
    isOver = true;
    rules.onAnswered(statusCode);
    // What http-proxy has written by now: its own head, and nothing else.
    client.read();
    socket.setTimeout(rules.streamIdleMs, () => socket.destroy());
    socket.write(answerHeadBytes(statusCode, fields, statusMessage));
  };

  const listenBefore = (sent: ClientRequest): void => {
    socket.once('close', () => sent.destroy());
    if (socket.destroyed) sent.destroy();
    const endWatch = watchForLeaving(socket);
    for (const event of ['upgrade', 'response', 'close'] as const) sent.once(event, endWatch);
    sent.once('close', () => fail(new AnswerFault('the application closed without an answer')));
    sent.once('upgrade', (answered: IncomingMessage, upstream: Socket) => {
      const fault = rules.agent.faultOf(upstream) ?? disagreement(answered);
      if (fault === undefined) return;
      upstream.destroy();
      fail(fault);
    });
    sent.once('response', (answered: IncomingMessage) => {
      const fault = rules.agent.faultOf(answered.socket) ?? interimStatus(answered);
      if (fault === undefined) return;
      sent.destroy();
      fail(fault);
    });
  };
  const listenBehind = (sent: ClientRequest): void => {
    sent.once('upgrade', (answered: IncomingMessage, upstream: Socket) => {
      if (isOver) return;
      const fields = [
        'Connection',
        'Upgrade',
        'Upgrade',
        'websocket',
        ...passedFields(101, answered.rawHeaders, requestId),
      ];
      begin(answered, fields);
      join(socket, client, upstream);
    });
    sent.once('response', (answered: IncomingMessage) => {
      if (isOver) return;
      const { statusCode = 502, rawHeaders } = answered;
      const fields = [...passedFields(statusCode, rawHeaders, requestId), 'Connection', 'close'];
      begin(answered, fields);
      passRefusal(answered, socket, rules.standstill);
    });
  };

  // http-proxy tells of its request before it listens to it, and listens before it returns.
  let sent: ClientRequest | undefined;
  const tell = (opened: ClientRequest): void => {
    sent = opened;
    listenBefore(opened);
  };
  // It takes the fields for the application from the request.
  request.headers = upgrade.headers;
  rules.proxy.on('proxyReqWs', tell);
  try {
    rules.proxy.ws(request, asSocket(inPlaceOfClient, socket), upgrade.head, { agent: rules.agent }, fail);
  } finally {
    rules.proxy.off('proxyReqWs', tell);
  }
  if (sent !== undefined) listenBehind(sent);
  // http-proxy takes the client's deadline away; an application that never answers the handshake keeps nobody for good.
  if (!isOver) socket.setTimeout(rules.streamIdleMs, () => socket.destroy());
}

/** Less than one read of a socket brings. */
const readAheadBytes = 16 * 1024;

/** With what http-proxy sets of a client's socket. */
function asSocket(duplex: Duplex, socket: Socket): Socket {
  const settings = {
    setTimeout: (ms: number) => socket.setTimeout(ms),
    setNoDelay: (noDelay: boolean) => socket.setNoDelay(noDelay),
    setKeepAlive: (enable: boolean, initialDelayMs: number) => socket.setKeepAlive(enable, initialDelayMs),
  };
  return Object.assign(duplex, settings) as unknown as Socket;
}

/** RFC 9110 section 15.2.2: a 101 has to say to what it agrees, and nothing else was asked for. */
function disagreement({ headers }: IncomingMessage): Error | undefined {
  return headers.upgrade?.toLowerCase() === 'websocket'
    ? undefined
    : new AnswerFault('a switch of protocols (101) that is none to websocket');
}

function interimStatus({ statusCode = 0 }: IncomingMessage): Error | undefined {
  return statusCode >= 200 ? undefined : new AnswerFault(`status ${statusCode}`);
}

/** Either side's end is the other's; what was sent before an end in good order arrives. */
function join(socket: Socket, client: Duplex, upstream: Socket): void {
  socket.once('close', () => upstream.destroy());
  if (socket.destroyed) upstream.destroy();
  upstream.once('close', () => {
    if (!upstream.readableEnded) socket.destroy();
  });
  endSoonAfterAnswer(socket);
  client.pipe(socket).pipe(client);
}

/**
 * An application's refusal to upgrade. As this is the last of the connection, its body ends where the connection ends,
 * and needs no chunks. It goes to the client directly: a fault of the connection, be it a byte behind a whole answer, lets
 * http-proxy end the stream to which it goes on writing, and nobody listens for the error of that.
 */
function passRefusal(answered: IncomingMessage, socket: Socket, standstill: Standstill): void {
  answered.unpipe();
  standstill.watch(answered, tunnelBytes, () => socket.destroy());
  resetWhenCut(socket, socket);
  answered.once('error', () => socket.destroy());
  answered.once('close', () => {
    if (!answered.readableEnded) socket.destroy();
  });
  // What came behind the handshake is discarded, so that the end of the connection can be read.
  socket.resume();
  endSoonAfterAnswer(socket);
  answered.pipe(socket);
}

/** Once all is written the client has to close as well; but it is not waited for long. */
function endSoonAfterAnswer(socket: Socket): void {
  socket.once('finish', () => {
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(timer));
  });
}

const lingerMs = 1000;
