import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from '../delivery/answer.ts';
import { type Delivery, noFacts, type Peer } from '../delivery/delivery.ts';
import type { Judge } from '../delivery/judge.ts';
import { Rejection, reject } from '../delivery/rejections.ts';
import type { Streams } from '../delivery/streams.ts';
import type { ClientConnections } from './client-connections.ts';
import { type EarlyRefusal, type OnRejected, refuseOnSocket } from './early-refusal.ts';
import { type LingerLimits, lingerAfterAnswer, readSlowly } from './linger.ts';

/**
 * Listeners for requests that would take the connection out of HTTP: CONNECT, which is always refused, and
 * upgrades, which are judged like any other request although `mayUpgrade` has already looked at the path.
 */
export function createTakeOverListeners(rules: {
  connections: ClientConnections;
  lingerLimits: LingerLimits;
  judge: Judge;
  streams: Pick<Streams, 'upgrade'> | undefined;
  onRejected: OnRejected;
  onFault: (error: unknown) => void;
  now: () => number;
}) {
  const { connections, lingerLimits, judge, streams, now } = rules;

  function onConnect(request: IncomingMessage, socket: Socket): void {
    const connection = leaveHttp(socket);
    if (connection === undefined) return;
    const rejection = reject('method_not_allowed', 'method CONNECT', { Allow: 'POST' });
    const refused = deliveryOf(request, connection);
    if (connection.current === undefined) {
      refuseTakenOver(socket, refused, rejection, lingerLimits);
    } else {
      // An earlier request is not answered yet: this answer would be taken for its own.
      lingerAfterAnswer(connection, socket, lingerLimits, undefined);
      dropWhatComes(socket, lingerLimits);
      socket.resume();
    }
    rules.onRejected(refused, rejection);
  }

  async function onUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const connection = leaveHttp(socket);
    if (connection === undefined) return;
    const delivery = deliveryOf(request, connection);
    try {
      const ending = await judge(delivery);
      const left =
        ending instanceof PassThrough && streams !== undefined
          ? await streams.upgrade(request, socket, head, delivery)
          : ending;
      if (left instanceof Rejection) refuseTakenOver(socket, delivery, left, lingerLimits);
      else if (left !== undefined) throw new Error('an upgrade was judged as if it were a delivery');
    } catch (error) {
      rules.onFault(error);
      socket.destroy();
    }
  }

  /** From here on Node neither parses the socket nor listens to its errors. */
  function leaveHttp(socket: Socket) {
    socket.on('error', () => socket.destroy());
    const connection = connections.of(socket);
    if (connection === undefined || connection.isLast) {
      socket.destroy();
      return undefined;
    }
    connection.isUsed = true;
    connection.becomeLast();
    return connection;
  }

  function deliveryOf(request: IncomingMessage, of: { peer: Peer; secure: boolean }): Delivery {
    return {
      requestId: randomUUID(),
      arrivedAtMs: now(),
      head: {
        method: request.method ?? '',
        target: request.url ?? '',
        httpVersion: request.httpVersion,
        rawHeaders: request.rawHeaders,
        secure: of.secure,
      },
      peer: of.peer,
      readBody: async () => ({ kind: 'aborted', readBytes: 0 }),
      facts: noFacts(),
    };
  }

  return { onConnect, onUpgrade };
}

/**
 * Refuses on a socket that has left HTTP. Nobody else reads it any more: what still comes is discarded up to the limit,
 * and a client that does not close is cut off.
 */
function refuseTakenOver(
  socket: Socket,
  refused: EarlyRefusal,
  rejection: Rejection,
  limits: LingerLimits,
): void {
  dropWhatComes(socket, limits);
  refuseOnSocket(socket, refused, rejection, limits);
}

/** On a socket that has left HTTP, and whose client has left with its end. */
function dropWhatComes(socket: Socket, limits: LingerLimits): void {
  const untilBytes = socket.bytesRead + limits.maxBytes;
  socket.on('data', () => readSlowly(socket, untilBytes));
  socket.on('end', () => socket.destroy());
}
