import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { answer200, startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

test('events in flight and in the queue are answered, later ones are not sent', async () => {
  const asked: Socket[] = [];
  const bothAsked = Promise.withResolvers<void>();
  const application = await startScriptedApplication((socket) => {
    if (asked.push(socket) === 2) bothAsked.resolve();
  });
  const upstream = testUpstream(application.url, { connections: 2 });
  const early = Array.from({ length: 6 }, () => upstream.send(anEvent()));

  let isClosed = false;
  const closed = upstream.close().then(() => {
    isClosed = true;
  });
  const late = upstream.send(anEvent());
  await bothAsked.promise;
  expect(isClosed).toBe(false);
  application.play(answer200);
  for (const socket of asked) answer200(socket, '');

  for (const result of await Promise.all(early)) expect(result).toMatchObject({ kind: 'answered' });
  expect(await late).toMatchObject({ kind: 'unreachable' });
  await closed;
  expect(application.requests).toHaveLength(6);
});

test('an application that never answers holds closing up no longer than the deadline', async () => {
  const application = await startScriptedApplication(() => {});
  const upstream = testUpstream(application.url, { connections: 2, timeoutMs: 200 });
  const early = Array.from({ length: 6 }, () => upstream.send(anEvent()));
  const startedMs = performance.now();

  await upstream.close();

  expect(performance.now() - startedMs).toBeLessThan(1_000);
  for (const result of await Promise.all(early)) expect(result).toMatchObject({ kind: 'timeout' });
});
