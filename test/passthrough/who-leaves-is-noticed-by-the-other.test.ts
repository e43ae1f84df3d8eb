import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startPlainApplication } from '../support/plain-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { startScriptedApplication } from '../support/scripted-application.ts';

const get = 'GET /other HTTP/1.1\r\nHost: shop.test\r\n\r\n';

test('a client that leaves during the answer frees the application', async () => {
  const application = await startPlainApplication((_, response) => void response.write('begun'));
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  const connected = once(application.server, 'connection');
  client.send(get);
  await client.receives('begun');
  const [upstream] = await connected;
  client.socket.destroy();
  await once(upstream, 'close');
});

test('a client that leaves before the answer frees the application', async () => {
  const application = await startPlainApplication(() => {});
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  const connected = once(application.server, 'connection');
  const requested = once(application.server, 'request');
  client.send(get);
  const [upstream] = await connected;
  await requested;
  client.socket.destroy();
  await once(upstream, 'close');
});

test('a client that leaves before its handshake is answered frees the application', async () => {
  const application = await startScriptedApplication(() => {});
  const gate = await runGate(application.url.origin, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  const connected = once(application.server, 'connection');
  const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
  client.send(get.replace('\r\n\r\n', `\r\n${handshake}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`));
  const [upstream] = await connected;
  await expect.poll(() => application.requests.length).toBe(1);
  client.socket.destroy();
  await once(upstream, 'close');
});

test('a client that leaves during its upload frees the application', async () => {
  const application = await startPlainApplication((request) => void request.on('error', () => {}).resume());
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  const requested = once(application.server, 'request');
  client.send('POST /other HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 100\r\n\r\npart');
  const [request] = await requested;
  client.socket.destroy();
  await new Promise((resolve) => request.once('close', resolve));
  expect(request.complete).toBe(false);
});

test.each([
  ['a length', 'Content-Length: 100\r\n\r\npart'],
  ['chunks', 'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n'],
])('an application that breaks off an answer with %s cuts the client off', async (_, answer) => {
  const application = await startScriptedApplication((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${answer}`, () => socket.destroy());
  });
  const gate = await runGate(application.url.origin, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send(get);
  expect(await client.closing()).toContain('200 OK');
  // The end of a chunked body would tell the client that it has all.
  expect(client.text).not.toContain('\r\n0\r\n');
});

const handshake = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;

// Nothing but the end of the connection tells these that they have all: nginx asks by HTTP/1.0 unless told otherwise.
test.each([
  ['an HTTP/1.0 client', get.replace('HTTP/1.1', 'HTTP/1.0')],
  ['a client that is refused a tunnel', get.replace('\r\n\r\n', `\r\n${handshake}\r\n`)],
])('%s does not take half an answer for a whole one', async (_, request) => {
  const application = await startScriptedApplication();
  const gate = await runGate(application.url.origin, { otherPaths: 'passthrough' });
  async function endOfAnswer(lastChunk: string): Promise<string | undefined> {
    application.play((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n${lastChunk}`);
      socket.end();
    });
    const client = await openRaw(gate.port);
    client.send(request);
    expect(await client.closing()).toMatch(/\r\n\r\npart$/);
    return client.errorCode;
  }
  expect(await endOfAnswer('')).toBe('ECONNRESET');
  expect(await endOfAnswer('0\r\n\r\n')).toBeUndefined();
});

test('an early refusal of an upload reaches the client', async () => {
  const application = await startPlainApplication((_, response) => {
    response.writeHead(413, { Connection: 'close' }).end('too much');
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send('POST /other HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 100000000\r\n\r\npart');
  await client.receives('too much');
  expect(await client.closing()).toContain('413 Payload Too Large');
});

test('an early refusal reaches the client where a reset came right behind it', async () => {
  const application = await startPlainApplication(({ socket }) => {
    // The gate reads this first, and writes it into the connection that is reset by then.
    client.send('more');
    socket.write('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 8\r\n\r\ntoo much');
    socket.resetAndDestroy();
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send('POST /other HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 100000000\r\n\r\npart');
  await client.answers(1);
  expect(client.text).toContain('413 Too Large');
});
