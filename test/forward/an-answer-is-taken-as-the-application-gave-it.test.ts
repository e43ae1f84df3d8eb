import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

test('status, headers in order with duplicates, and body', async () => {
  const application = await startScriptedApplication((socket) => {
    socket.write(
      'HTTP/1.1 422 Odd\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Latin: caf\xe9\r\nContent-Length: 3\r\n\r\nno!',
      'latin1',
    );
  });
  const upstream = testUpstream(application.url);

  expect(await upstream.send(anEvent())).toEqual({
    kind: 'answered',
    status: 422,
    headers: ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'X-Latin', 'caf\xe9', 'Content-Length', '3'],
    body: Buffer.from('no!'),
    bodyDropped: false,
  });
});

test('a value keeps every byte but the blanks around it', async () => {
  // UTF-8 for "voila" with its accent: JavaScript takes the last byte for a blank of Latin-1.
  const value = '\xa0voil\xc3\xa0';
  const application = await startScriptedApplication((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nX-Name: \t${value} \r\nContent-Length: 0\r\n\r\n`, 'latin1');
  });
  expect(await testUpstream(application.url).send(anEvent())).toMatchObject({
    headers: ['X-Name', value, 'Content-Length', '0'],
  });
});

test.each(['Transfer-Encoding: \x0bchunked', 'Transfer-Encoding: chunked\xa0', 'Content-Length: 5\xa0'])(
  'no other blank frames an answer: %j',
  async (line) => {
    const application = await startScriptedApplication((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${line}\r\n\r\n0\r\n\r\n`, 'latin1');
    });
    expect(await testUpstream(application.url).send(anEvent())).toMatchObject({ kind: 'broken' });
  },
);

test.each([
  [
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n2\r\nne\r\n0\r\nX-Trailer: 1\r\n\r\n',
  ],
  [
    'chunks whose sizes have zeros before them',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0000000000000004\r\nfine\r\n0000000000000000\r\n\r\n',
  ],
  [
    'interim answers first',
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine',
  ],
])('%s', async (_name, answer) => {
  const application = await startScriptedApplication((socket) => socket.write(answer));
  const upstream = testUpstream(application.url, { connections: 1 });

  for (let round = 0; round < 3; round += 1) {
    const result = await upstream.send(anEvent());
    expect(result).toMatchObject({ kind: 'answered', status: 200, body: Buffer.from('fine') });
  }
});

test('a body without length ends where the connection is closed in good order', async () => {
  const application = await startScriptedApplication((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nfine'));
  const upstream = testUpstream(application.url);

  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered', body: Buffer.from('fine') });
});

test('of a body beyond the bound nothing is kept, and it is read to its end', async () => {
  const application = await startScriptedApplication((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n${'a'.repeat(300_000)}`);
  });
  const upstream = testUpstream(application.url, { connections: 1, maxAnswerBytes: 65_536 });

  for (let round = 0; round < 2; round += 1) {
    expect(await upstream.send(anEvent())).toMatchObject({
      kind: 'answered',
      status: 200,
      body: Buffer.alloc(0),
      bodyDropped: true,
    });
  }
  expect(application.connections()).toBe(1);
});

test('a body beyond the bound that breaks off is no acceptance', async () => {
  const application = await startScriptedApplication((socket) => {
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n${'a'.repeat(200_000)}`);
  });
  const upstream = testUpstream(application.url, { maxAnswerBytes: 65_536 });

  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'broken' });
});

test('an answer that comes before the application has read the whole event', async () => {
  const hasty = createServer((_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => hasty.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void hasty.close());
  const { port } = hasty.address() as AddressInfo;
  const upstream = testUpstream(new URL(`http://127.0.0.1:${port}`), { connections: 1 });

  for (let round = 0; round < 3; round += 1) {
    expect(await upstream.send(anEvent('x'.repeat(4_000_000)))).toMatchObject({
      kind: 'answered',
      status: 200,
    });
  }
});

test('a forged second answer is not given to the next event', async () => {
  const application = await startScriptedApplication((socket) => {
    socket.write(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nX-Forged: 1\r\nContent-Length: 0\r\n\r\n',
    );
  });
  const upstream = testUpstream(application.url, { connections: 1 });
  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered', status: 200 });

  application.play((socket) => socket.write('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n'));

  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered', status: 500 });
  expect(application.connections()).toBe(2);
});
