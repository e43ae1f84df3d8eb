import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ConnectionPool } from '../../src/forward/connection-pool.ts';
import { AddressesFull, createDial, type Dial } from '../../src/forward/dial.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

/** An application whose answers say that they are the last; `isSilent` accepts and answers nothing. */
async function application(host: string, port = 0) {
  const state = { isSilent: false, port: 0, sockets: new Set<Socket>() };
  const server = createServer((socket) => {
    state.sockets.add(socket.on('error', () => {}).on('close', () => state.sockets.delete(socket)));
    socket.on('data', (bytes) => {
      if (!state.isSilent && bytes[0] === 0x50)
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
  }).listen(port, host);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of state.sockets) socket.destroy();
    server.close();
  });
  state.port = (server.address() as { port: number }).port;
  return state;
}

test('events go on after connections that filled the addresses have ended', async () => {
  const one = await application('127.0.0.1');
  const other = await application('127.0.0.2', one.port);
  const upstream = testUpstream(new URL(`http://application.test:${one.port}`), {
    addresses: ['127.0.0.1', '127.0.0.2'],
    connections: 1,
    timeoutMs: 2000,
  });
  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered' });
  one.isSilent = other.isSilent = true;
  const late = await Promise.all([1, 2, 3, 4].map(() => upstream.send(anEvent())));
  expect(late.map(({ kind }) => kind)).not.toContain('answered');
  one.isSilent = other.isSilent = false;
  for (let count = 0; count < 5; count++)
    expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered', status: 200 });
});

test('a pool whose addresses were full while it had no connection asks again', async () => {
  let asked = 0;
  const dial: Dial = (done) => {
    asked += 1;
    process.nextTick(() => done(asked < 50 ? new AddressesFull() : new Error('reached'), null));
  };
  const pool = new ConnectionPool({ dial, connections: 1 } as ConstructorParameters<
    typeof ConnectionPool
  >[0]);
  const failed = new Promise<Error>((resolve) => {
    pool.add({ isSettled: false, fail: resolve } as unknown as Parameters<ConnectionPool['add']>[0]);
  });
  expect((await failed).message).toBe('reached');
  expect(asked).toBe(50);
});

test('an attempt that ran out of time gives its place back once', async () => {
  const { port } = await application('127.0.0.1');
  // It speaks no TLS, so that no handshake comes to its end.
  const dial = createDial({
    url: new URL(`https://127.0.0.1:${port}`),
    addresses: [],
    connectTimeoutMs: 30,
    connectionsPerAddress: 1,
  });
  const dialled = (): Promise<Error | null> => new Promise((resolve) => dial((error) => resolve(error)));
  for (let count = 0; count < 10; count++) await dialled();
  const atOnce = await Promise.all([dialled(), dialled(), dialled()]);
  expect(atOnce.filter((error) => error instanceof AddressesFull)).toHaveLength(2);
});
