import { connect, createServer, type Socket } from 'node:net';

/** What a network between two programs is like now; read for every piece that passes. */
export interface NetworkState {
  /** One way, and what is added to it at random. Order is kept, as TCP keeps it. */
  latencyMs: number;
  jitterMs: number;
  /** Of each connection and direction; Infinity where nothing limits it. */
  bytesPerSecond: number;
  /** `cut` ends connections and refuses new ones; `silent` takes everything and passes nothing on. */
  state: 'open' | 'cut' | 'silent';
}

export interface Network {
  readonly port: number;
  readonly state: NetworkState;
  /** Where new connections lead. */
  target: number;
  /** Judges each piece of a request on its way to the server, and of a reply on its way back. */
  onRequest: (bytes: Buffer) => 'pass' | 'drop';
  onReply: (bytes: Buffer) => 'pass' | 'cut';
  /** Takes up a change of `state.state`: a cut ends connections, and what a silence held back goes on after it. */
  apply(change: Partial<NetworkState>): void;
  close(): void;
}

/** A TCP proxy on loopback that plays a network between its clients and the server at `targetPort`. */
export async function createNetwork(targetPort: number): Promise<Network> {
  const state: NetworkState = { latencyMs: 0, jitterMs: 0, bytesPerSecond: Infinity, state: 'open' };
  const pairs = new Set<{ end(): void }>();
  const held: (() => void)[] = [];

  const server = createServer((client) => {
    if (state.state === 'cut') return client.resetAndDestroy();
    const upstream = connect(network.target, '127.0.0.1');
    const pair = {
      end() {
        pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      },
    };
    pairs.add(pair);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
    }
    const there = createLane(upstream);
    const back = createLane(client);
    client.on('data', (bytes) => {
      if (network.onRequest(bytes) === 'pass') there(bytes);
    });
    upstream.on('data', (bytes) => {
      if (network.onReply(bytes) === 'cut') pair.end();
      else back(bytes);
    });
    client.on('close', () => there(undefined));
    upstream.on('close', () => back(undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const network: Network = {
    port: address.port,
    state,
    target: targetPort,
    onRequest: () => 'pass',
    onReply: () => 'pass',
    apply(change) {
      Object.assign(state, change);
      if (state.state === 'cut') for (const pair of [...pairs]) pair.end();
      if (state.state !== 'silent') for (const release of held.splice(0)) release();
    },
    close() {
      server.close();
      for (const pair of [...pairs]) pair.end();
    },
  };
  return network;

  /** One direction of one connection; `undefined` ends it after what came before. */
  function createLane(to: Socket): (bytes: Buffer | undefined) => void {
    let last = Promise.resolve();
    let freeAtMs = 0;
    return (bytes) => {
      const arrivedMs = performance.now();
      last = last.then(async () => {
        if (state.state === 'silent') await new Promise<void>((resolve) => held.push(resolve));
        const sendingMs = ((bytes?.length ?? 0) / state.bytesPerSecond) * 1000;
        freeAtMs = Math.max(freeAtMs, performance.now()) + sendingMs;
        const dueMs = Math.max(freeAtMs, arrivedMs + state.latencyMs + Math.random() * state.jitterMs);
        const waitMs = dueMs - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        if (bytes === undefined) to.destroy();
        else if (!to.destroyed) to.write(bytes);
      });
    };
  }
}
