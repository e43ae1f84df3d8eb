import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { answer200, startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

test('an event that waits for a connection until its deadline is never sent', async () => {
  const arrived = Promise.withResolvers<void>();
  const application = await startScriptedApplication(() => arrived.resolve());
  // Both deadlines pass in one step, so that no connection comes free between them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const upstream = testUpstream(application.url, { connections: 1, timeoutMs: 150, now: () => 0 });

  const first = upstream.send(anEvent('first'));
  const second = upstream.send(anEvent('second'));
  await arrived.promise;
  vi.advanceTimersByTime(150);

  expect(await first).toEqual({ kind: 'timeout', sent: true });
  expect(await second).toEqual({ kind: 'timeout', sent: false });
  vi.useRealTimers();
  application.play(answer200);
  expect(await upstream.send(anEvent('third'))).toMatchObject({ kind: 'answered', status: 200 });
  expect(application.requests.map((request) => request.split('\r\n\r\n')[1])).toEqual(['first', 'third']);
});

test('an event that expired in the queue costs no connection', async () => {
  let nowMs = 0;
  const application = await startScriptedApplication((socket, request) => {
    // As after a stall of the event loop: the clock is past the deadline, the timer has not had its turn.
    if (request.endsWith('first')) nowMs = 1_000;
    answer200(socket, request);
  });
  const upstream = testUpstream(application.url, { connections: 1, timeoutMs: 1_000, now: () => nowMs });

  const first = upstream.send(anEvent('first'));
  const second = upstream.send(anEvent('second'));

  expect(await first).toMatchObject({ kind: 'answered' });
  expect(await second).toEqual({ kind: 'timeout', sent: false });
  expect(await upstream.send(anEvent('third'))).toMatchObject({ kind: 'answered' });
  expect(application.requests).toHaveLength(2);
  expect(application.connections()).toBe(1);
});

test.each<[string, { begin?: string; again?: string }]>([
  ['never answers', {}],
  ['pauses within the head', { begin: 'HTTP/1.1 200 OK\r\nContent-' }],
  ['pauses within the body', { begin: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok' }],
  ['drips its answer', { begin: 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n', again: '.' }],
  ['sends interim answers only', { again: 'HTTP/1.1 102 Processing\r\n\r\n' }],
])(
  'an application that %s is cut off at the deadline, and the pool goes on',
  async (_name, { begin, again }) => {
    const asked: Socket[] = [];
    const allAsked = Promise.withResolvers<void>();
    const application = await startScriptedApplication((socket) => {
      if (begin !== undefined) socket.write(begin);
      if (asked.push(socket) === 4) allAsked.resolve();
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const timeoutMs = 700;
    let nowMs = 0;
    const pass = (ms: number): void => {
      nowMs += ms;
      vi.advanceTimersByTime(ms);
    };
    const upstream = testUpstream(application.url, { connections: 4, timeoutMs, now: () => nowMs });

    let settled = 0;
    const sent = Array.from({ length: 4 }, () => upstream.send(anEvent()));
    for (const one of sent) void one.then(() => settled++);
    await allAsked.promise;
    for (let drop = 0; drop < 10; drop += 1) {
      if (again !== undefined) {
        for (const socket of asked) await new Promise((resolve) => socket.write(again, resolve));
      }
      // The upstream, in this process as well, reads in between.
      await new Promise((resolve) => setImmediate(resolve));
      if (drop < 9) pass(timeoutMs / 10);
    }
    pass(timeoutMs / 10 - 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(0);
    pass(1);
    const results = await Promise.all(sent);
    vi.useRealTimers();

    for (const result of results) expect(result).toEqual({ kind: 'timeout', sent: true });
    application.play(answer200);
    for (const result of await Promise.all(Array.from({ length: 8 }, () => upstream.send(anEvent())))) {
      expect(result).toMatchObject({ kind: 'answered', status: 200 });
    }
  },
);

test('the application sees the connection close when its time is over', async () => {
  let closed: Promise<unknown> | undefined;
  const application = await startScriptedApplication((socket) => {
    closed = once(socket, 'close');
  });
  const upstream = testUpstream(application.url, { timeoutMs: 100 });

  await upstream.send(anEvent());

  await closed;
});
