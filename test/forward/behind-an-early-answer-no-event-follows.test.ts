import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

/**
 * gunicorn and others answer before they have read a request, say nothing of closing, and close where too much of it is
 * left: whatever comes next over that connection is lost.
 */
test('an application that answers early and takes nothing more over its connection costs no event', async () => {
  const bytes = 8_000_000;
  const sockets = new Set<Socket>();
  let taken = 0;
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    let read = 0;
    socket.once('data', () => {
      taken += 1;
      socket.write('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n');
    });
    socket.on('data', (chunk) => {
      // All of the first event's body is x, so this is the end of the second one.
      if (read > 0 && chunk.at(-1) === '}'.charCodeAt(0)) return void socket.destroy();
      read += chunk.length;
      socket.pause();
      setImmediate(() => socket.resume());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const upstream = testUpstream(new URL(`http://127.0.0.1:${port}`), { timeoutMs: 30_000, connections: 1 });

  const long = upstream.send(anEvent('x'.repeat(bytes), [], '/first'));
  const short = upstream.send(anEvent('{}', [], '/second'));

  expect(await Promise.all([long, short])).toMatchObject([{ status: 503 }, { status: 503 }]);
  expect(taken).toBe(2);
});
