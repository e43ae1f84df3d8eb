import { once } from 'node:events';
import type { Server } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startPlainApplication } from '../support/plain-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { startScriptedApplication } from '../support/scripted-application.ts';

const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'].concat(
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
);

function head(line: string, lines: readonly string[] = handshake): string {
  return [line, 'Host: shop.test', ...lines, '', ''].join('\r\n');
}

/** An application that echoes over WebSockets, behind a gate. */
async function echoing(upstream = 'UPSTREAM }') {
  const application = await startPlainApplication((_, response) => void response.end('plain'));
  const sockets = new WebSocketServer({ server: application.server as Server, path: '/socket' });
  onTestFinished(() => sockets.close());
  const targets: string[] = [];
  sockets.on('connection', (socket, request) => {
    targets.push(`${request.headers['x-forwarded-for']} ${request.url}`);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough', upstream });
  return { application, sockets, gate, targets };
}

test('messages of all sizes go both ways, and a close in good order', async () => {
  const { gate, targets, sockets } = await echoing();
  const socket = new WebSocket(`ws://127.0.0.1:${gate.port}/socket?room=1`);
  const upgraded = once(socket, 'upgrade');
  await once(socket, 'open');
  const [response] = await upgraded;
  expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  for (const message of ['a', 'x'.repeat(100_000), Buffer.alloc(5_000_000, 7).toString('latin1')]) {
    socket.send(message);
    const [echo] = await once(socket, 'message');
    expect(String(echo) === message).toBe(true);
  }
  expect(targets).toEqual(['127.0.0.1 /socket?room=1']);
  const [onServer] = sockets.clients;
  socket.close(4000, 'enough');
  const [code] = await once(onServer as WebSocket, 'close');
  expect(code).toBe(4000);
  expect(await gate.metric('hookgate_passthrough_requests_total{code_class="1xx"}')).toBe(1);
});

test('bytes that come with the handshake are not lost', async () => {
  const { gate } = await echoing();
  const client = await openRaw(gate.port);
  // A masked text frame "hi", with a mask of zeros.
  client.send(
    Buffer.concat([
      Buffer.from(head('GET /socket HTTP/1.1')),
      Buffer.from('818200000000', 'hex'),
      Buffer.from('hi'),
    ]),
  );
  await client.receives('\x81\x02hi');
});

test('a client that vanishes frees the application, and the other way round', async () => {
  const { gate, sockets } = await echoing();
  const first = new WebSocket(`ws://127.0.0.1:${gate.port}/socket`);
  await once(first, 'open');
  const [firstOnServer] = sockets.clients;
  first.terminate();
  await once(firstOnServer as WebSocket, 'close');

  const second = new WebSocket(`ws://127.0.0.1:${gate.port}/socket`);
  await once(second, 'open');
  for (const onServer of sockets.clients) onServer.terminate();
  await once(second, 'close');
});

test('when the gate stops, it ends what is open on both sides', async () => {
  const { gate, sockets } = await echoing('UPSTREAM, timeout: 100ms, connectTimeout: 100ms }');
  const socket = new WebSocket(`ws://127.0.0.1:${gate.port}/socket`);
  await once(socket, 'open');
  const ends = [...sockets.clients, socket].map((one) => once(one, 'close'));
  await gate.gate.stop();
  await Promise.all(ends);
});

test('a refusal to upgrade is passed on whole', async () => {
  const { gate } = await echoing();
  const client = await openRaw(gate.port);
  client.send(head('GET /elsewhere HTTP/1.1'));
  const answer = await client.closing();
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(answer).toMatch(
    /\r\nX-Request-Id: [0-9a-f-]{36}\r\nConnection: close\r\nDate: [^\r]+\r\n\r\nBad Request$/,
  );
});

test('a chunked refusal to upgrade is passed on without chunks', async () => {
  const application = await startPlainApplication((_, response) => {
    response.writeHead(426, { 'Set-Cookie': ['a=1', 'b=2'] });
    response.write('not ');
    response.end('here');
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send(head('GET /socket HTTP/1.1'));
  const answer = await client.closing();
  expect(answer).toMatch(/\r\n\r\nnot here$/);
  expect(answer.match(/Set-Cookie/g)).toHaveLength(2);
  expect(answer.toLowerCase()).not.toContain('transfer-encoding');
});

/** What a client has whom the application refuses an upgrade so, twice behind the same gate. */
async function refusedTwice(answer: string) {
  const application = await startScriptedApplication((socket) => socket.write(answer));
  const gate = await runGate(application.url.href, { otherPaths: 'passthrough' });
  const clients = [await openRaw(gate.port), await openRaw(gate.port)];
  for (const client of clients) {
    client.send(head('GET /socket HTTP/1.1'));
    await client.closing();
  }
  return clients;
}

test('a refusal to upgrade with bytes behind it is whole, and no gate ends by it', async () => {
  const clients = await refusedTwice('HTTP/1.1 404 Gone\r\nContent-Length: 2\r\n\r\nnomore');
  for (const { text, errorCode } of clients) {
    expect(text).toMatch(/^HTTP\/1\.1 404 Gone\r\n[\s\S]*\r\n\r\nno$/);
    expect(errorCode).toBeUndefined();
  }
});

test('… and one that breaks off does not look whole', async () => {
  const answer = 'HTTP/1.1 404 Gone\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\nno size\r\n';
  for (const { errorCode } of await refusedTwice(answer)) expect(errorCode).toBe('ECONNRESET');
});

test('an application that is gone is answered for', async () => {
  const application = await startPlainApplication();
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  application.server.close();
  const client = await openRaw(gate.port);
  client.send(head('GET /socket HTTP/1.1'));
  expect(await client.closing()).toMatch(/^HTTP\/1\.1 502 .*"code":"upstream_unreachable"/s);
});

test.each([
  ['GET on the webhook path', 'GET /webhooks/juicyway HTTP/1.1', handshake, 405],
  ['POST on the webhook path', 'POST /webhooks/juicyway HTTP/1.1', [...handshake, 'Content-Length: 0'], 415],
  ['another spelling of the webhook path', 'GET /Webhooks/juicyway HTTP/1.1', handshake, 400],
  ['a version that is not spoken here', 'GET /socket HTTP/2.0', handshake, 400],
  ['an encoded spelling', 'GET /webhooks%2fjuicyway HTTP/1.1', handshake, 400],
  ['a malformed head', 'GET /socket HTTP/1.1', [...handshake, 'Host: other.test'], 400],
])('%s is judged, and never a tunnel', async (_, line, lines, status) => {
  const { application, gate, targets } = await echoing();
  const client = await openRaw(gate.port);
  client.send(head(line, lines));
  expect(await client.answers(1)).toEqual([status]);
  expect([application.seen, targets]).toEqual([[], []]);
});

test.each([
  ['POST', 'POST /socket HTTP/1.1', [...handshake, 'Content-Length: 2']],
  ['HTTP/1.0', 'GET /socket HTTP/1.0', handshake],
  [
    'h2c',
    'GET /socket HTTP/1.1',
    ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'],
  ],
  ['a body', 'GET /socket HTTP/1.1', [...handshake, 'Content-Length: 2']],
])('an upgrade by %s is an ordinary request', async (_, line, lines) => {
  const { application, gate, targets } = await echoing();
  const client = await openRaw(gate.port);
  client.send(`${head(line, lines)}{}`.replace(/(HTTP2-Settings: AAMAAABk\r\n\r\n)\{\}/, '$1'));
  expect(await client.answers(1)).toEqual([200]);
  expect(targets).toEqual([]);
  expect(application.requests[0]?.headers).not.toHaveProperty('upgrade');
});

test('what follows a handshake that was refused is never a request of its own', async () => {
  const { application, gate } = await echoing();
  const client = await openRaw(gate.port);
  const forged = 'POST /webhooks/juicyway HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 2\r\n\r\n{}';
  client.send(head('GET /elsewhere HTTP/1.1') + forged);
  await client.closing();
  await fetch(`http://127.0.0.1:${gate.port}/last`);
  expect(application.seen.filter((line) => line.includes('webhooks'))).toEqual([]);
});
