/**
 * The traffic port. The room `server` holds sockets only: it accepts connections, reads what is sent, writes what
 * was decided elsewhere and closes. It decides nothing about an event.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import type { Judge } from '../delivery/judge.ts';
import { reject } from '../delivery/rejections.ts';
import type { Streams } from '../delivery/streams.ts';
import { afterALook } from '../values/after-a-look.ts';
import { interceptConnections } from './accept.ts';
import { createClientConnections } from './client-connections.ts';
import { closeServer } from './close.ts';
import { createClientErrorListener, type OnRejected } from './early-refusal.ts';
import { createLettingGo, restBeforeClosingMs } from './let-rest-go.ts';
import { type LingerLimits, usualLinger } from './linger.ts';
import { listen } from './listen.ts';
import { createNodeServer, type TlsMaterial } from './node-server.ts';
import { createRequestListener } from './request-listener.ts';
import { destroyUnreadAnswers } from './slow-readers.ts';
import { createTakeOverListeners } from './take-over.ts';

/** Why a connection was closed without an answer. */
export type ConnectionRefusal = 'connections' | 'connections_per_peer' | 'tls_handshake';

export interface TrafficOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Undefined: plain HTTP. */
  readonly tls: TlsMaterial | undefined;
  readonly limits: {
    readonly headerBytes: number;
    /** Header lines of one head, of which the gate takes half at most; asked once a connection. 0, the default: any. */
    readonly headerLines?: () => number;
    /** For a request's head, for the TLS handshake and for the PROXY protocol header, each. */
    readonly headerTimeMs: number;
    readonly connections: number;
    readonly connectionsPerPeer: number;
    /** How long a connection may rest between requests; 620 s unless told. */
    readonly keepAliveMs?: number;
    /** After a refusal; `usualLinger` unless told. */
    readonly linger?: LingerLimits;
    /** For the sender to take an answer in; 30 s unless told. */
    readonly answerTimeMs?: number;
  };
  /** Trusted proxies begin each connection with a PROXY protocol header. */
  readonly proxyProtocol: boolean;
  /** Asked once a connection, so a reload holds from the next one on. `address` as the socket reports it. */
  readonly isTrustedProxy: (address: string) => boolean;
  readonly judge: Judge;
  /** Undefined: the judge lets nothing through. */
  readonly streams: Streams | undefined;
  /** A refusal that `judge` has not seen. */
  readonly onRejected: OnRejected;
  readonly onConnectionRefused: (reason: ConnectionRefusal) => void;
  /** A fault of the gate; the request was answered 500 or its connection destroyed. */
  readonly onFault: (error: unknown) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export interface TrafficServer {
  /** Rejects with the system's error when the port cannot be had. */
  listen(): Promise<AddressInfo>;
  /** Holds for handshakes from now on. Throws on unusable material and then changes nothing. */
  setTls(material: TlsMaterial): void;
  /** Sockets that are open, those before their first request among them. */
  openConnections(): number;
  /**
   * From now on every answer closes its connection, and one that rests for half a second (two, before its first request) is
   * closed; one that rests for
   * less may have its next request under way.
   */
  beginDrain(): void;
  /**
   * Stops listening, waits for what is in flight, refuses what begins more than `lastStartMs` later, and destroys what is
   * left after `deadlineMs`; after `othersMs` already where no request is judged and no answer to one is on its way: Node
   * watches the time of a head no longer, and what is passed through may last for ever.
   */
  close(deadlineMs: number, othersMs?: number): Promise<void>;
}

/**
 * How long after the end of listening a delivery may still begin. A head that dribbles in, or a request behind others,
 * would otherwise begin at any moment of the stop and outlast the time that the pod has for it.
 */
const lastStartMs = 1000;

/** Builds the traffic port; nothing listens until `listen`. */
export function createTrafficServer(options: TrafficOptions): TrafficServer {
  const { tls, limits, streams, judge, onRejected, onConnectionRefused, onFault, now } = options;
  const lingerLimits = limits.linger ?? usualLinger;
  const keepAliveMs = limits.keepAliveMs ?? 620_000;
  let isDraining = false;
  /** Of the clock `now`; from then on no request is judged. */
  let judgesUntilMs = Number.POSITIVE_INFINITY;

  const server = createNodeServer({
    tls,
    maxHeadBytes: limits.headerBytes,
    headerTimeMs: limits.headerTimeMs,
    keepAliveMs,
    maxConnections: limits.connections,
    mayUpgrade: (request) => streams?.mayUpgrade(request) === true && connections.isFree(request.socket),
  });
  server.on('drop', () => {
    onConnectionRefused('connections');
    lettingGo.makeRoom();
  });
  server.on('timeout', (socket: Socket) => lettingGo.letGo(socket));

  const connections = createClientConnections(server, tls !== undefined, now);
  const lettingGo = createLettingGo({
    live: connections.live,
    open: () => open.size,
    maxOpen: limits.connections,
    longestRestMs: keepAliveMs + limits.headerTimeMs,
    lingerLimits,
    now,
  });
  const { open, dropAwaitingHeader } = interceptConnections(
    server,
    {
      maxPerPeer: limits.connectionsPerPeer,
      proxyHeaderTimeoutMs: limits.headerTimeMs,
      proxyProtocol: options.proxyProtocol,
      isTrustedProxy: options.isTrustedProxy,
    },
    {
      admitted(socket, peer) {
        // Short lines take a hundred times their length, so the parser itself must stop before a head is whole.
        server.maxHeadersCount = limits.headerLines?.() ?? 0;
        connections.admit(socket, peer);
        lettingGo.makeRoom();
      },
      overShare: () => onConnectionRefused('connections_per_peer'),
      malformedHeader: (peer, problem) =>
        onRejected({ requestId: randomUUID(), peer }, reject('client_address_unknown', problem)),
    },
  );

  const onRequest = createRequestListener({
    connections,
    lingerLimits,
    judge,
    streams,
    onRejected,
    onFault,
    isDraining: () => isDraining,
    mayJudge: () => now() <= judgesUntilMs,
    now,
  });
  server.on('request', onRequest);
  // Node would write the 100 Continue itself; here only reading the body does.
  server.on('checkContinue', onRequest);
  // Any other Expect is refused by the headers gate.
  server.on('checkExpectation', onRequest);
  server.on('clientError', createClientErrorListener(connections, lingerLimits, options));
  const { onConnect, onUpgrade } = createTakeOverListeners({
    connections,
    lingerLimits,
    judge,
    streams,
    onRejected,
    onFault,
    now,
  });
  server.on('connect', onConnect);
  server.on('upgrade', onUpgrade);
  const stopWatching = destroyUnreadAnswers(connections.live, limits.answerTimeMs ?? 30_000, now);

  return {
    listen: () => listen(server, options.host, options.port),
    setTls(material) {
      if (!('setSecureContext' in server)) throw new Error('the traffic port was opened without TLS');
      server.setSecureContext({ ...material });
    },
    openConnections: () => open.size,
    beginDrain() {
      isDraining = true;
      lettingGo.begin(restBeforeClosingMs);
    },
    async close(deadlineMs, othersMs = deadlineMs) {
      isDraining = true;
      judgesUntilMs = now() + lastStartMs;
      // Whoever the system has connected already, while this process paused, is let in and not reset.
      await new Promise<void>(afterALook);
      // What Node's `close` calls.
      server.closeIdleConnections = () => lettingGo.begin(0);
      const closed = closeServer(server, open, deadlineMs);
      const others = setTimeout(() => {
        for (const [socket, connection] of connections.live) if (!connection.isJudged) socket.destroy();
      }, othersMs);
      dropAwaitingHeader();
      await closed;
      clearTimeout(others);
      lettingGo.end();
      stopWatching();
    },
  };
}
