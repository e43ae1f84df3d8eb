import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { answerHeadBytes } from '../delivery/answer-bytes.ts';
import type { Peer } from '../delivery/delivery.ts';
import { refusalAnswer } from '../delivery/refusal-answer.ts';
import { type Rejection, reject } from '../delivery/rejections.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import type { ClientConnections } from './client-connections.ts';
import { type LingerLimits, lingerAfterAnswer, lingerAndClose, readSlowly } from './linger.ts';

/** A request that was refused before it could be judged; there may be no request at all, only bytes. */
export interface EarlyRefusal {
  readonly requestId: string;
  readonly peer: Peer;
}

export type OnRejected = (refused: EarlyRefusal, rejection: Rejection) => void;

/** Refuses on the bare socket, where no response exists, and closes. */
export function refuseOnSocket(
  socket: Socket,
  refused: EarlyRefusal,
  rejection: Rejection,
  limits: LingerLimits,
): void {
  if (socket.writable) {
    const { status, fields, body } = refusalAnswer(rejection, refused.requestId);
    const head = answerHeadBytes(status, [...fields, 'Connection', 'close']);
    socket.write(Buffer.concat([head, Buffer.from(body, 'latin1')]));
  }
  lingerAndClose(socket, limits);
}

/**
 * Answers what Node's parser refuses. After the first fault the parser reports every further chunk again, so
 * each connection is refused once, and the rest only counted against what may be discarded.
 */
export function createClientErrorListener(
  connections: ClientConnections,
  limits: LingerLimits,
  events: { onRejected: OnRejected; onConnectionRefused: (reason: 'tls_handshake') => void },
) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    const connection = connections.of(socket);
    if (connection === undefined) {
      socket.destroy();
      events.onConnectionRefused('tls_handshake');
      return;
    }
    const rejection = rejectionFor(error);
    if (rejection === undefined || socket.destroyed) return void socket.destroy();
    // The sender left: as after whole requests, nobody waits for the answers that are owed.
    if (socket.readableEnded && connection.current !== undefined) socket.end();
    // … or it left a connection that only lingers, or one that has not said a word.
    if (
      connection.isSilent(socket) ||
      (connection.isLast && connection.current === undefined && !connection.isBroken)
    )
      return void socket.destroy();
    if (connection.isBroken) return void readSlowly(socket, connection.discardUntilBytes);

    connection.isBroken = true;
    connection.becomeLast();
    connection.discardUntilBytes = socket.bytesRead + limits.maxBytes;
    const { current, incomplete } = connection;
    if (current !== undefined) lingerAfterAnswer(connection, socket, limits, undefined);
    if (incomplete !== undefined) return void incomplete.breakOff();
    const refused = { requestId: randomUUID(), peer: connection.peer };
    // The answer that is under way belongs to the earlier request; a second one could be taken for it.
    if (current === undefined) refuseOnSocket(socket, refused, rejection, limits);
    events.onRejected(refused, rejection);
  };
}

function rejectionFor(error: NodeJS.ErrnoException): Rejection | undefined {
  const { code } = error;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return reject('body_timeout', 'the head did not arrive in time');
  if (code === 'HPE_HEADER_OVERFLOW') return reject('headers_too_large', 'more bytes than the parser reads');
  if (code?.startsWith('HPE_') !== true) return undefined;
  return reject('malformed_request', `${code}: ${whatWentWrong(error)}${hintFor(error)}`);
}

/** A load balancer that speaks PROXY protocol to a gate that was not told: no event would ever arrive. */
function hintFor({ rawPacket }: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }): string {
  const begin = rawPacket?.toString('latin1', 0, 12) ?? '';
  if (!begin.startsWith('PROXY ') && begin !== '\r\n\r\n\0\r\nQUIT\n') return '';
  return (
    '; the connection began with a PROXY protocol header: if this is your load balancer, ' +
    'clientAddress.trustedProxies must list it, with clientAddress.from: proxyProtocol'
  );
}
