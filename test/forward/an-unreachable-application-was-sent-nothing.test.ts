import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { answer200, startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

test('a refused connection', async () => {
  const port = await freePort();
  const upstream = testUpstream(new URL(`http://127.0.0.1:${port}`));

  for (const result of await Promise.all(Array.from({ length: 8 }, () => upstream.send(anEvent())))) {
    expect(result).toMatchObject({ kind: 'unreachable', cause: { code: 'ECONNREFUSED' } });
  }
});

test('a name that does not resolve', async () => {
  const upstream = testUpstream(new URL('http://no-such-host.invalid:3000'));

  const result = await upstream.send(anEvent());

  expect(result.kind).toBe('unreachable');
  expect(result).toHaveProperty('cause.code', expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/));
});

test('a port that speaks no TLS', async () => {
  const application = await startScriptedApplication(answer200);
  application.server.on('connection', (socket) =>
    socket.on('data', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n')),
  );
  const upstream = testUpstream(new URL(application.url.href.replace('http:', 'https:')));

  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'unreachable' });
});

test('a TLS handshake that never ends runs into the connect timeout', async () => {
  const silent = createServer((socket) => socket.on('error', () => {}));
  const port = await new Promise<number>((resolve) =>
    silent.listen(0, '127.0.0.1', () => resolve((silent.address() as { port: number }).port)),
  );
  onTestFinished(() => void silent.close());
  const upstream = testUpstream(new URL(`https://127.0.0.1:${port}`), {
    connectTimeoutMs: 150,
    connections: 2,
  });
  const startedMs = performance.now();

  // Four events over two connections: those that wait behind a failed connection get their own attempt.
  const results = await Promise.all(Array.from({ length: 4 }, () => upstream.send(anEvent())));

  for (const result of results) {
    expect(result).toMatchObject({ kind: 'unreachable', cause: { code: 'ETIMEDOUT' } });
  }
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

test('once the application listens again, events reach it', async () => {
  const port = await freePort();
  const upstream = testUpstream(new URL(`http://127.0.0.1:${port}`), { connections: 2 });
  for (let round = 0; round < 5; round += 1) {
    expect(await upstream.send(anEvent())).toMatchObject({ kind: 'unreachable' });
  }

  const server = createServer((socket) => socket.on('data', () => answer200(socket, '')));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());

  for (const result of await Promise.all(Array.from({ length: 8 }, () => upstream.send(anEvent())))) {
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
  }
});
