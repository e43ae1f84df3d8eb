import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startImpatientApplication } from '../support/impatient-application.ts';
import { answer200, startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

test('a connection that the application closed while it was idle is not used again', async () => {
  let used: Socket | undefined;
  const application = await startScriptedApplication((socket) => {
    used = socket;
    answer200(socket, '');
  });
  const upstream = testUpstream(application.url, { connections: 1 });

  for (let round = 0; round < 5; round += 1) {
    expect(await upstream.send(anEvent(`${round}`))).toMatchObject({ kind: 'answered' });
    // Closed on this side too once the upstream has seen the end, and has ended as well.
    if (used !== undefined) await once(used.end(), 'close');
  }
  expect(application.requests).toHaveLength(5);
  expect(application.connections()).toBe(5);
});

test.each([
  ['closed', (socket: { end(): void }) => socket.end()],
  ['reset', (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy()],
] as const)(
  'a kept connection that is %s as the next event arrives fails that event once',
  async (_name, kill) => {
    const application = await startScriptedApplication();
    const upstream = testUpstream(application.url, { connections: 1 });
    await upstream.send(anEvent('first'));

    application.play((socket) => kill(socket));
    expect(await upstream.send(anEvent('second'))).toMatchObject({ kind: 'broken' });

    application.play(answer200);
    expect(await upstream.send(anEvent('third'))).toMatchObject({ kind: 'answered' });
    expect(application.requests.map((request) => request.split('\r\n\r\n')[1])).toEqual([
      'first',
      'second',
      'third',
    ]);
  },
);

test('racing the idle limit of an application, every event is answered or told to be lost, and runs once', async () => {
  // Shorter than the gate's own limit, and without a hint: the worst case.
  const application = await startImpatientApplication(4);
  const upstream = testUpstream(application.url, { connections: 8 });

  const results: { text: string; kind: string }[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async (_, lane) => {
      for (let round = 0; round < 200; round += 1) {
        const text = `${lane}/${round}`;
        results.push({ text, kind: (await upstream.send(anEvent(text))).kind });
        await sleep(3 + (round % 3));
      }
    }),
  );

  const runs = await application.runs();
  expect(Math.max(...runs.values())).toBe(1);
  for (const { text, kind } of results) {
    expect(kind).toMatch(/^(answered|broken|unreachable)$/);
    if (kind === 'answered') expect(runs.get(text)).toBe(1);
    if (kind === 'unreachable') expect(runs.has(text)).toBe(false);
  }
  expect(results).toHaveLength(1_600);
});

test('a connection is given up a second before the application says it will, or after 1.5 seconds', async () => {
  const application = await startScriptedApplication((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n');
  });
  const upstream = testUpstream(application.url, { connections: 1 });
  await upstream.send(anEvent());
  await upstream.send(anEvent());
  expect(application.connections()).toBe(2);

  let closed: Promise<unknown> | undefined;
  application.play((socket, request) => {
    closed = once(socket, 'close');
    answer200(socket, request);
  });
  const open = () =>
    new Promise((resolve) => application.server.getConnections((_error, count) => resolve(count)));
  await upstream.send(anEvent());
  expect(await open()).toBe(1);
  await closed;
  expect(await open()).toBe(0);
});

test('a connection is closed after a thousand events', async () => {
  const application = await startScriptedApplication();
  const upstream = testUpstream(application.url, { connections: 1 });

  for (let round = 0; round < 1_001; round += 1) await upstream.send(anEvent());

  expect(application.connections()).toBe(2);
  expect(application.requests.at(999)).toMatch(/^connection: close/im);
});
