import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { answer200, startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

const stray = 'HTTP/1.1 200 OK\r\nX-Stray: 1\r\nContent-Length: 0\r\n\r\n';
const refusal = 'HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n';

test.each([
  ['a whole answer', stray],
  ['the begin of one', 'HTTP/1.1 200'],
  ['an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['a line end', '\r\n'],
])('%s on a resting connection closes it', async (_, bytes) => {
  let used: Socket | undefined;
  const application = await startScriptedApplication((socket) => {
    used = socket;
    answer200(socket, '');
  });
  const upstream = testUpstream(application.url, { connections: 1, keepAliveMs: 60_000 });
  await upstream.send(anEvent());

  used?.write(bytes);
  await once(used as Socket, 'close');

  application.play((socket) => socket.write(refusal));
  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered', status: 500 });
  expect(application.connections()).toBe(2);
});

test('one that has arrived and was not looked at yet is not the answer to the next event', async () => {
  let used: Socket | undefined;
  const application = await startScriptedApplication((socket) => {
    used = socket;
    answer200(socket, '');
  });
  const upstream = testUpstream(application.url, { connections: 1, keepAliveMs: 60_000 });
  await upstream.send(anEvent());
  application.play((socket) => socket.write(refusal));

  // Written to the kernel in this turn of the loop, before the loop can read it on the other side.
  used?.write(stray);
  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered', status: 500 });
});

test('events that follow one another closely get their own answers, whatever comes twice', async () => {
  let count = 0;
  let written: PromiseWithResolvers<void> | undefined;
  const application = await startScriptedApplication((socket) => {
    count += 1;
    const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${String(count).length}\r\n\r\n${count}`;
    // The second one in a piece of its own.
    socket.write(answer, () =>
      setImmediate(() => socket.destroyed || socket.write(answer, () => written?.resolve())),
    );
  });
  const upstream = testUpstream(application.url, { connections: 1, keepAliveMs: 60_000 });
  for (let round = 1; round <= 20; round += 1) {
    written = Promise.withResolvers();
    expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered', body: Buffer.from(`${round}`) });
    // Some are looked at before the next event is sent, and some are not.
    if (round % 2 === 0) await written.promise;
  }
});
