import { expect, test } from 'vitest';
import { startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

const final = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine';

test.each([
  ['100 Continue, unasked', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['100 without a reason', 'HTTP/1.1 100\r\n\r\n'],
  ['102 with fields', 'HTTP/1.1 102 Processing\r\nX-Step: 1\r\nContent-Length: 7\r\n\r\n'],
  ['103 Early Hints', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
  ['104, which nobody knows', 'HTTP/1.1 104 Upload Resumption Supported\r\n\r\n'],
  ['199 that says close', 'HTTP/1.1 199 Odd\r\nConnection: close\r\n\r\n'],
  ['a thousand of them', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n'.repeat(500)],
])('%s', async (_, interim) => {
  const application = await startScriptedApplication((socket) => socket.write(interim + final));
  const upstream = testUpstream(application.url, { connections: 1 });

  for (let round = 0; round < 3; round += 1) {
    expect(await upstream.send(anEvent())).toMatchObject({
      kind: 'answered',
      status: 200,
      body: Buffer.from('fine'),
    });
  }
  expect([application.requests.length, application.connections()]).toEqual([3, 1]);
});

test('however they are cut into pieces', async () => {
  const bytes = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${final}`;
  const application = await startScriptedApplication(async (socket) => {
    socket.setNoDelay(true);
    for (const byte of bytes) {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const upstream = testUpstream(application.url, { connections: 1, timeoutMs: 20_000 });
  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered', body: Buffer.from('fine') });
});

test('an interim answer that comes while the event is still being sent', async () => {
  const application = await startScriptedApplication();
  application.server.on('connection', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'));
  const upstream = testUpstream(application.url, { timeoutMs: 20_000 });
  expect(await upstream.send(anEvent('x'.repeat(2_000_000)))).toMatchObject({
    kind: 'answered',
    status: 200,
  });
});
