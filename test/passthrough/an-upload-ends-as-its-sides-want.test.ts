import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';

/** The URL of an application that does with each connection as it is told. */
async function applicationOf(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer(onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

/** An application that answers with the first bytes, and reads on. Tells how many bytes of the body came. */
async function hastyApplication(answer: string) {
  const sockets = new Set<Socket>();
  const ended: Promise<number>[] = [];
  const url = await applicationOf((socket) => {
    sockets.add(socket.on('error', () => {}));
    let read = 0;
    socket.once('data', () => socket.write(answer));
    socket.on('data', (chunk) => {
      read += chunk.length;
      if (chunk.includes('GET /next')) socket.write(answer);
    });
    ended.push(
      new Promise((resolve) => {
        socket.on('data', () => {
          if (read >= bodyBytes) resolve(read);
        });
        socket.on('close', () => resolve(read));
      }),
    );
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { url, ended };
}

const bodyBytes = 3_000_000;

test.each([
  ['200 with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'keep-alive'],
  [
    '200 in chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    'keep-alive',
  ],
  [
    '200 that says close',
    'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok',
    'keep-alive',
  ],
  ['200 to a client that closes', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'close'],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 'keep-alive'],
  ['413 and reads on', 'HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nok', 'keep-alive'],
])('%s before the upload is over: all of it arrives', async (_, answer, connection) => {
  const application = await hastyApplication(answer);
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send(
    `POST /upload HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\nContent-Length: ${bodyBytes}\r\n\r\n`,
  );
  client.send('x'.repeat(1_000));
  await client.answers(1);
  // The answer is here, and the client goes on.
  for (let sent = 1_000; sent < bodyBytes; sent += 59_980)
    client.send('x'.repeat(Math.min(59_980, bodyBytes - sent)));

  expect(await application.ended[0]).toBeGreaterThanOrEqual(bodyBytes);
  if (connection === 'close') return;
  client.send('GET /next HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await client.answers(2)).toHaveLength(2);
});

test('a client that falls silent within its body is told so, and the application let go', async () => {
  const closed = Promise.withResolvers<void>();
  const url = await applicationOf((socket) => {
    socket.on('error', () => {}).on('close', () => closed.resolve());
    socket.resume();
  });
  const gate = await runGate(url, {
    otherPaths: 'passthrough',
    limits: '{ uploadIdle: 300ms }',
  });
  const client = await openRaw(gate.port);
  client.send('POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
  expect(await client.answers(1)).toEqual([408]);
  await client.receives('"code":"body_timeout"');
  await closed.promise;
});

test('an application that never answers is given up after the longest silence, and a silent stream is cut', async () => {
  const url = await applicationOf((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (chunk.includes('/stream'))
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n');
    });
  });
  const limits = '{ streamIdle: 300ms }';
  const gate = await runGate(url, { otherPaths: 'passthrough', limits });
  const first = await openRaw(gate.port);
  first.send('GET /never HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await first.answers(1)).toEqual([504]);
  const second = await openRaw(gate.port);
  second.send('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await second.answers(1)).toEqual([200]);
  expect(await second.closing()).toContain('ok');
});

test('an application that never answers a handshake is given up after the longest silence, and its client with it', async () => {
  const closed = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const url = await applicationOf((socket) => {
    socket.on('error', () => {}).on('close', () => closed.resolve());
    socket.on('data', () => asked.resolve());
  });
  const limits = '{ streamIdle: 300ms }';
  const gate = await runGate(url, { otherPaths: 'passthrough', limits });
  const client = await openRaw(gate.port);
  client.send('GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await asked.promise;
  await client.closing();
  await closed.promise;
});
