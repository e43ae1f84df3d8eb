import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

/** RFC 9112 section 9.5: an application may answer at once and go on reading. */
test.each([
  ['a kept connection', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['one that it means to close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'],
  ['a refusal', 'HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n'],
])('all of it arrives over %s', async (_, answer) => {
  const bytes = 8_000_000;
  const arrived = Promise.withResolvers<number>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    let read = 0;
    socket.once('data', () => socket.write(answer));
    socket.on('data', (chunk) => {
      read += chunk.length;
      if (read >= bytes) arrived.resolve(read);
      socket.pause();
      setImmediate(() => socket.resume());
    });
    socket.on('close', () => arrived.resolve(read));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const upstream = testUpstream(new URL(`http://127.0.0.1:${port}`), { timeoutMs: 60_000 });

  expect(await upstream.send(anEvent('x'.repeat(bytes)))).toMatchObject({ kind: 'answered' });

  expect(await arrived.promise).toBeGreaterThanOrEqual(bytes);
});
