import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Peer } from '../delivery/delivery.ts';
import { BriefSet, type ReadonlyBriefSet } from '../values/brief-set.ts';
import { withoutMapping } from '../values/ipv4-mapped.ts';
import { createPeerShares } from './peer-shares.ts';
import { readProxyHeader } from './proxy-protocol/read-header.ts';

export interface AcceptRules {
  readonly maxPerPeer: number;
  readonly proxyHeaderTimeoutMs: number;
  /** Whether trusted peers begin with a PROXY protocol header. */
  readonly proxyProtocol: boolean;
  /** `address` as the socket reports it. */
  readonly isTrustedProxy: (address: string) => boolean;
}

export interface AcceptEvents {
  /** Called right before the server gets the socket. */
  admitted(socket: Socket, peer: Peer): void;
  overShare(): void;
  malformedHeader(peer: Peer, problem: string): void;
}

/**
 * Stands between the listening socket and the server's own listeners: counts each peer's connections and reads the
 * PROXY protocol header. The server stays the one that listens; with a second one in front of it, Node would watch
 * neither slow headers nor idle connections.
 */
export function interceptConnections(
  server: HttpServer | HttpsServer,
  rules: AcceptRules,
  events: AcceptEvents,
) {
  const listeners = server.listeners('connection');
  const shares = createPeerShares(rules.maxPerPeer);
  const open = new BriefSet<Socket>();
  const awaitingHeader = new BriefSet<Socket>();

  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    // The client has already left.
    if (socket.remoteAddress === undefined) return void socket.destroy();
    const address = withoutMapping(socket.remoteAddress);
    const isTrusted = rules.isTrustedProxy(address);
    const giveBack = isTrusted ? noShare : shares.take(address);
    if (giveBack === undefined) {
      socket.destroy();
      events.overShare();
      return;
    }
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      giveBack();
    });
    if (isTrusted && rules.proxyProtocol) expectHeader(socket, address);
    else handOver(socket, { address, proxied: undefined });
  });

  /** Only a trusted peer's bytes are ever looked at for a header, and it must send one. */
  function expectHeader(socket: Socket, address: string): void {
    awaitingHeader.add(socket);
    readProxyHeader(socket, rules.proxyHeaderTimeoutMs, (read) => {
      awaitingHeader.delete(socket);
      if (read.kind === 'header') return handOver(socket, { address, proxied: read.source });
      socket.destroy();
      if (read.kind === 'malformed') events.malformedHeader({ address, proxied: undefined }, read.problem);
    });
  }

  function handOver(socket: Socket, peer: Peer): void {
    events.admitted(socket, peer);
    for (const listener of listeners) listener.call(server, socket);
  }

  return {
    /** All sockets that are open, those without a header among them. */
    open: open as ReadonlyBriefSet<Socket>,
    /** Destroys the sockets whose header has not come. */
    dropAwaitingHeader(): void {
      for (const socket of awaitingHeader) socket.destroy();
    },
  };
}

function noShare(): void {}
