import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startPlainApplication } from '../support/plain-application.ts';
import { type GateForTest, runGate } from '../support/running-gate.ts';
import { type Script, startScriptedApplication } from '../support/scripted-application.ts';

async function answerOf(gate: GateForTest) {
  const answer = await fetch(`http://127.0.0.1:${gate.port}/other`);
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
}

const rejections = (gate: GateForTest, reason: string) =>
  gate.metric(`hookgate_rejections_total{route="none",reason="${reason}"}`);

test('nobody listens: 502, counted', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const { port } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  const gate = await runGate(`http://127.0.0.1:${port}`, { otherPaths: 'passthrough' });
  const answer = await answerOf(gate);
  expect(answer).toMatchObject({
    status: 502,
    type: 'application/problem+json',
    body: { code: 'upstream_unreachable' },
  });
  expect(await rejections(gate, 'upstream_unreachable')).toBe(1);
  expect(await gate.metric('hookgate_passthrough_requests_total{code_class="none"}')).toBe(1);
});

const breaches: Record<string, Script> = {
  'closes without a word': (socket) => void socket.end(),
  resets: (socket) => void socket.resetAndDestroy(),
  'answers no HTTP': (socket) => void socket.end('SSH-2.0-OpenSSH_9.9\r\n'),
  'answers 099': (socket) => void socket.write('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'),
  'switches protocols unasked': (socket) =>
    void socket.write('HTTP/1.1 101 Odd\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
};

test.each(Object.entries(breaches))('an application that %s: 502, counted once', async (_, script) => {
  const application = await startScriptedApplication(script);
  const gate = await runGate(application.url.origin, { otherPaths: 'passthrough' });
  expect(await answerOf(gate)).toMatchObject({ status: 502, body: { code: 'upstream_protocol_error' } });
  expect(await rejections(gate, 'upstream_protocol_error')).toBe(1);
  application.play((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'));
  expect((await answerOf(gate)).status).toBe(200);
});

test('a connection that does not come about in time: 502', async () => {
  // With nobody to accept and a full queue, a further connection hangs.
  const held: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => void held.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of held) socket.destroy();
    server.close();
  });
  // A TLS handshake that nobody answers is the same to the client, and needs no full queue.
  const { port } = server.address() as { port: number };
  const upstream = `{ url: "https://127.0.0.1:${port}", connectTimeout: 100ms }`;
  const gate = await runGate('http://127.0.0.1:1', { otherPaths: 'passthrough', upstream });
  expect(await answerOf(gate)).toMatchObject({ status: 502, body: { code: 'upstream_unreachable' } });
});

test('an answer that takes longer than the connection may is waited for', async () => {
  const application = await startPlainApplication((_, response) => {
    vi.advanceTimersByTime(400);
    setImmediate(() => response.end('{}'));
  });
  const upstream = 'UPSTREAM, connectTimeout: 100ms }';
  const gate = await runGate(application.url, { otherPaths: 'passthrough', upstream });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  expect((await answerOf(gate)).status).toBe(200);
});
