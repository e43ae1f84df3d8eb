import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { answer200, type Script, startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

const keepAliveMs = 200;

/** Answers once nothing has come or gone for three times as long as a connection may rest. */
const answerLate: Script = (socket, request) => {
  socket.setTimeout(3 * keepAliveMs, () => {
    socket.setTimeout(0);
    answer200(socket, request);
  });
};

test('an application may think for longer than its connection may rest, also on a kept one', async () => {
  let used: Socket | undefined;
  const application = await startScriptedApplication((socket, request) => {
    used = socket;
    answer200(socket, request);
  });
  const upstream = testUpstream(application.url, { connections: 1, keepAliveMs });
  expect(await upstream.send(anEvent('first'))).toMatchObject({ kind: 'answered', status: 200 });

  application.play((socket, request) => {
    used = socket;
    answerLate(socket, request);
  });
  expect(await upstream.send(anEvent('late'))).toMatchObject({ kind: 'answered', status: 200 });

  // It rested in between, and rests now: that ends it, though its timer ran out once while it was at work.
  await once(used as unknown as Socket, 'close');
});
