import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Peer } from '../delivery/delivery.ts';
import { BriefMap, type ReadonlyBriefMap } from '../values/brief-map.ts';
import { ClientConnection } from './client-connection.ts';

/** Kept on the socket itself: a WeakMap costs the garbage collector more than each look-up costs. */
const ofSocket = Symbol('connection');
type WithConnection = { [ofSocket]?: ClientConnection };

/** Knows the connection of each socket that HTTP is spoken on. */
export function createClientConnections(
  server: HttpServer | HttpsServer,
  secure: boolean,
  now: () => number,
) {
  const live = new BriefMap<Socket, ClientConnection>();
  const awaitingHandshake = new BriefMap<string, Peer>();

  if (secure) {
    server.prependListener('secureConnection', (socket: TLSSocket) => {
      const peer = awaitingHandshake.get(endpointsOf(socket));
      // The client left during the handshake, so its address is gone too.
      if (peer === undefined) socket.destroy();
      else add(socket, peer);
    });
  }

  function add(socket: Socket, peer: Peer): void {
    const admitted = { bytesRead: socket.bytesRead - socket.readableLength, atMs: now() };
    const connection = new ClientConnection(peer, secure, admitted);
    (socket as WithConnection)[ofSocket] = connection;
    live.set(socket, connection);
    socket.once('close', () => {
      live.delete(socket);
      // Node keeps a closed socket until the next full garbage collection, and with it all that hangs on it.
      connection.answered = undefined;
    });
  }

  const of = (socket: object): ClientConnection | undefined => (socket as WithConnection)[ofSocket];

  return {
    /** Takes a socket whose peer is known. TLS puts another socket in its place, known by the same endpoints. */
    admit(socket: Socket, peer: Peer): void {
      if (!secure) {
        add(socket, peer);
        return;
      }
      const endpoints = endpointsOf(socket);
      awaitingHandshake.set(endpoints, peer);
      socket.once('close', () => awaitingHandshake.delete(endpoints));
    },
    of,
    /** No request on it awaits its answer. */
    isFree: (socket: object): boolean => of(socket)?.current === undefined,
    live: live as ReadonlyBriefMap<Socket, ClientConnection>,
  };
}

export type ClientConnections = ReturnType<typeof createClientConnections>;

/** Unique among the connections open at a time. */
function endpointsOf(socket: Socket): string {
  return `${socket.remoteAddress}/${socket.remotePort}/${socket.localAddress}/${socket.localPort}`;
}
