import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { answer200, startScriptedApplication } from '../support/scripted-application.ts';

const ok = 'HTTP/1.1 200 OK\r\n';
const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'].concat(
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
);

async function behind(answer: string) {
  const application = await startScriptedApplication((socket) => socket.write(answer, 'latin1'));
  const gate = await runGate(application.url.href, { otherPaths: 'passthrough' });
  return { application, gate, port: gate.port };
}

async function ask(port: number, lines: readonly string[] = []) {
  const client = await openRaw(port);
  client.send(['GET /other HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n'));
  return client;
}

test.each([
  ['RTSP', 'RTSP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['ICE', 'ICE/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['HTTP/2.0', 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  [
    'RTSP behind an interim answer',
    `HTTP/1.1 102 Processing\r\n\r\nRTSP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`,
  ],
  ['more header lines than Node tells of', `${ok}${'A: 1\r\n'.repeat(1_001)}Content-Length: 0\r\n\r\n`],
])('%s: 502, for a request and for an upgrade', async (_, answer) => {
  const { port, gate } = await behind(answer);
  expect(await (await ask(port)).answers(1)).toEqual([502]);
  expect(await (await ask(port, handshake)).answers(1)).toEqual([502]);
  const refused = 'hookgate_rejections_total{route="none",reason="upstream_protocol_error"}';
  expect(await gate.metric(refused)).toBe(2);
});

test.each([
  ['of its own', '409 Sold out since \xa75'],
  ['for a status that has none', '499 Client Gone'],
  ['none', '404 '],
])('words behind the status go on, %s, for a request and for a refused upgrade', async (_, status) => {
  const { port } = await behind(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
  for (const lines of [[], handshake]) {
    const client = await ask(port, lines);
    await client.receives('\r\n\r\n');
    expect(client.text.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
  }
});

test('a line without any words gets none', async () => {
  const { port } = await behind('HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n');
  const client = await ask(port);
  await client.receives('\r\n\r\n');
  expect(client.text.split('\r\n')[0]).toBe('HTTP/1.1 404 ');
});

test('1,000 header lines are all passed on', async () => {
  const { port } = await behind(`${ok}${'A: 1\r\n'.repeat(998)}X-Last: here\r\nContent-Length: 0\r\n\r\n`);
  const client = await ask(port);
  expect(await client.answers(1)).toEqual([200]);
  await client.receives('X-Last: here');
});

test.each([
  ['an unasked 100', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['102 and 103', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
  ['a thousand of them', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)],
])('%s decides nothing, for a request and for a refused upgrade', async (_, interim) => {
  const { port } = await behind(`${interim}HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nfine`);
  for (const lines of [[], handshake]) {
    const client = await ask(port, lines);
    expect(await client.answers(1)).toEqual([404]);
    await client.receives('fine');
    expect(client.text).not.toMatch(/HTTP\/1\.1 1/);
  }
});

test('an answer on a resting connection closes it, and the next request gets its own', async () => {
  let used: Socket | undefined;
  const application = await startScriptedApplication((socket) => {
    used = socket;
    answer200(socket, '');
  });
  const upstream = `{ url: "${application.url.href}", keepAlive: 10m }`;
  const gate = await runGate('', { otherPaths: 'passthrough', upstream });
  expect(await (await ask(gate.port)).answers(1)).toEqual([200]);
  const closed = once(used as unknown as Socket, 'close');
  (used as unknown as Socket).write('HTTP/1.1 200 OK\r\nX-Stray: 1\r\nContent-Length: 0\r\n\r\n');
  await closed;
  application.play((socket) => socket.write('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n'));
  expect(await (await ask(gate.port)).answers(1)).toEqual([404]);
});

test.each([
  ['204', '204 No Content', false],
  ['205', '205 Reset Content', true],
  ['304', '304 Not Modified', true],
])('a Content-Length of a %s goes on where RFC 9110 lets it', async (_, status, goesOn) => {
  const { port } = await behind(`HTTP/1.1 ${status}\r\nX-Own: 1\r\nContent-Length: 0\r\n\r\n`);
  for (const lines of [[], handshake]) {
    const client = await ask(port, lines);
    await client.receives('\r\n\r\n');
    expect(client.text).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\n`));
    expect(client.text).toContain('X-Own: 1');
    expect(/^content-length: 0\r$/im.test(client.text)).toBe(goesOn);
    expect(client.text).not.toMatch(/^transfer-encoding/im);
  }
});

test('that of a switch of protocols does not', async () => {
  const { port } = await behind(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n',
  );
  const client = await ask(port, handshake);
  await client.receives('\r\n\r\n');
  expect(client.text).toMatch(/^HTTP\/1\.1 101 /);
  expect(client.text).not.toMatch(/content-length/i);
});

describe('content behind an answer that has none', () => {
  /** The method of the first of two requests, its answer, and whether the second had a connection of its own. */
  async function askedTwice(method: string, status: string) {
    const answered = new Set<Socket>();
    const application = await startScriptedApplication((socket) => {
      // The content of the first answer comes with the second.
      const isFirst = answered.size === 0;
      socket.write(isFirst ? `HTTP/1.1 ${status}\r\n\r\n` : `${answered.has(socket) ? 'ok' : ''}${answer}`);
      answered.add(socket);
    });
    const answer = 'HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n';
    const upstream = `{ url: "${application.url.href}", keepAlive: 10m }`;
    const gate = await runGate('', { otherPaths: 'passthrough', upstream });
    const first = await openRaw(gate.port);
    first.send(`${method} /other HTTP/1.1\r\nHost: a\r\n\r\n`);
    await first.answers(1);
    const second = await openRaw(gate.port);
    second.send('PUT /other HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n');
    return { statuses: await second.answers(1), connections: application.connections() };
  }

  test.each([
    ['HEAD', '200 OK\r\nContent-Length: 2'],
    ['HEAD', '200 OK\r\nTransfer-Encoding: chunked'],
    ['GET', '204 No Content\r\nContent-Length: 2'],
    ['GET', '204 No Content\r\nTransfer-Encoding: chunked'],
    ['GET', '304 Not Modified\r\nContent-Length: 2'],
  ])('%s, %s: it is not taken for the next answer', async (method, status) => {
    expect(await askedTwice(method, status)).toEqual({ statuses: [201], connections: 2 });
  });

  test.each([
    ['HEAD', '200 OK\r\nContent-Length: 0'],
    ['GET', '204 No Content'],
    ['GET', '304 Not Modified'],
  ])('%s, %s: where the head describes none the connection is kept', async (method, status) => {
    expect((await askedTwice(method, status)).connections).toBe(1);
  });
});

test('one that has arrived and was not looked at yet is not the answer to the next request', async () => {
  let used: Socket | undefined;
  const application = await startScriptedApplication((socket) => {
    used = socket;
    answer200(socket, '');
  });
  const upstream = `{ url: "${application.url.href}", keepAlive: 10m }`;
  const gate = await runGate('', { otherPaths: 'passthrough', upstream });
  const client = await ask(gate.port);
  await client.answers(1);
  application.play((socket) => socket.write('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n'));
  (used as unknown as Socket).write('HTTP/1.1 200 OK\r\nX-Stray: 1\r\nContent-Length: 0\r\n\r\n');
  client.send('GET /other HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await client.answers(2)).toEqual([200, 404]);
});

describe('an answer to an upgrade', () => {
  const accepted = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
  const odd = 'X-Name: caf\xe9\r\n__proto__: 1\r\nconstructor: 2\r\ntoString: 3\r\nhasOwnProperty: 4\r\n';

  test.each([
    ['that agrees', `${accepted}${odd}\r\n`, 101],
    ['that refuses', `HTTP/1.0 403 Pr\xe9s\r\n${odd}Content-Length: 2\r\n\r\nno`, 403],
  ])('%s goes on byte for byte, in the version of the gate', async (_, answer, status) => {
    const { port } = await behind(answer);
    const client = await ask(port, handshake);
    await client.receives('hasOwnProperty: 4\r\n');
    expect(client.text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    for (const line of odd.split('\r\n').filter((line) => line !== ''))
      expect(client.text.split('\r\n').filter((other) => other === line)).toHaveLength(1);
    if (status === 403) await client.receives('\r\n\r\nno');
  });

  test.each([
    ['that names no protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n'],
    [
      'that names another one',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    ],
    ['with nothing at all', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ])('%s is not relayed', async (_, answer) => {
    const { port, application } = await behind(answer);
    const client = await ask(port, handshake);
    expect(await client.answers(1)).toEqual([502]);
    await client.closing();
    expect(client.text).not.toContain('HTTP/1.1 101');
    expect(application.requests).toHaveLength(1);
  });
});
