import { type IncomingMessage, request as openRequest } from 'node:http';
import type { Socket } from 'node:net';
import { answerHeadBytes } from '../delivery/answer-bytes.ts';
import { AnswerFault } from './answer-head.ts';
import { hostOf, prefixOf } from './dial.ts';
import type { DialAgent } from './dial-agent.ts';
import { passedFields } from './passed-answer.ts';
import { watchForLeaving } from './watch-for-leaving.ts';

export interface Upgrade {
  /** Its headers are those for the application. */
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** What the client sent behind its handshake. */
  readonly head: Buffer;
  readonly requestId: string;
}

export interface UpgradeRules {
  readonly url: URL;
  readonly agent: DialAgent;
  /** A tunnel over which nothing goes for so long is ended; milliseconds. */
  readonly streamIdleMs: number;
  readonly onAnswered: (status: number) => void;
}

/**
 * Hands a WebSocket handshake to the application, and joins the two sockets once it has agreed. The answers are
 * written by `answerHeadBytes` as all others are: http-proxy writes them as UTF-8, from an object whose names are the
 * wire's, and relays a 101 that agrees to nothing.
 */
export function passUpgrade(upgrade: Upgrade, rules: UpgradeRules, onFailed: (error: Error) => void): void {
  const { request, socket, requestId } = upgrade;
  let isOver = false;
  const fail = (error: Error): void => {
    if (!isOver) onFailed(error);
    isOver = true;
  };
  const sent = openRequest({
    agent: rules.agent,
    host: hostOf(rules.url),
    port: rules.url.port,
    path: prefixOf(rules.url) + request.url,
    headers: request.headers,
  });
  socket.once('close', () => sent.destroy());
  if (socket.destroyed) sent.destroy();
  const endWatch = watchForLeaving(socket);
  for (const event of ['upgrade', 'response', 'close'] as const) sent.once(event, endWatch);
  sent.once('error', fail);
  sent.once('close', () => fail(new AnswerFault('the application closed without an answer')));
  sent.once('upgrade', (answer, upstream: Socket, behind) => {
    const fault = rules.agent.faultOf(upstream) ?? disagreement(answer);
    if (fault !== undefined) {
      upstream.destroy();
      return fail(fault);
    }
    isOver = true;
    rules.onAnswered(101);
    const fields = ['Connection', 'Upgrade', 'Upgrade', 'websocket', ...passedFields(answer, requestId)];
    socket.write(answerHeadBytes(101, 'Switching Protocols', fields));
    join(upgrade, upstream, behind, rules.streamIdleMs);
  });
  sent.once('response', (answer) => {
    const fault = rules.agent.faultOf(answer.socket);
    if (fault !== undefined || (answer.statusCode ?? 0) < 200) {
      sent.destroy();
      return fail(fault ?? new AnswerFault(`status ${answer.statusCode}`));
    }
    isOver = true;
    rules.onAnswered(answer.statusCode ?? 0);
    passRefusal(answer, socket, requestId);
  });
  sent.end();
}

/** RFC 9110 section 15.2.2: a 101 has to say to what it agrees, and nothing else was asked for. */
function disagreement({ headers }: IncomingMessage): Error | undefined {
  return headers.upgrade?.toLowerCase() === 'websocket'
    ? undefined
    : new AnswerFault('a switch of protocols (101) that is none to websocket');
}

/** Either side's end is the other's. */
function join({ socket, head }: Upgrade, upstream: Socket, behind: Buffer, streamIdleMs: number): void {
  socket.setTimeout(streamIdleMs, () => socket.destroy());
  for (const [one, other] of [
    [socket, upstream],
    [upstream, socket],
  ] as const) {
    one.on('error', () => other.destroy());
    one.once('close', () => other.destroy());
  }
  if (head.length > 0) upstream.write(head);
  if (behind.length > 0) socket.write(behind);
  if (socket.destroyed) upstream.destroy();
  upstream.setNoDelay(true);
  upstream.pipe(socket).pipe(upstream);
}

/**
 * An application's refusal to upgrade. As this is the last of the connection, its body ends where the connection ends,
 * and needs no chunks.
 */
function passRefusal(answer: IncomingMessage, socket: Socket, requestId: string): void {
  const fields = [...passedFields(answer, requestId), 'Connection', 'close'];
  socket.write(answerHeadBytes(answer.statusCode ?? 502, answer.statusMessage ?? '', fields));
  answer.once('error', () => socket.destroy());
  answer.once('close', () => {
    if (!answer.readableEnded) socket.destroy();
  });
  answer.once('end', () => {
    // What came behind the handshake is discarded, so that the end of the connection can be read; but not for long.
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(timer));
  });
  answer.pipe(socket);
}

const lingerMs = 1000;
