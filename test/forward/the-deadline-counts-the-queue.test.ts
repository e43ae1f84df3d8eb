import { setTimeout as sleep } from 'node:timers/promises';
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

test.each<[string, (write: (bytes: string) => void) => void]>([
  ['never answers', () => {}],
  ['pauses within the head', (write) => write('HTTP/1.1 200 OK\r\nContent-')],
  ['pauses within the body', (write) => write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok')],
  [
    'drips its answer',
    (write) => {
      write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      const drip = setInterval(() => write('.'), 20);
      setTimeout(() => clearInterval(drip), 1_000);
    },
  ],
  [
    'sends interim answers only',
    (write) => {
      const drip = setInterval(() => write('HTTP/1.1 102 Processing\r\n\r\n'), 20);
      setTimeout(() => clearInterval(drip), 1_000);
    },
  ],
])('an application that %s is cut off at the deadline, and the pool goes on', async (_name, play) => {
  const application = await startScriptedApplication((socket) => {
    play((bytes) => {
      if (!socket.destroyed) socket.write(bytes);
    });
  });
  const timeoutMs = 700;
  const upstream = testUpstream(application.url, { connections: 4, timeoutMs });

  const sent = Promise.all(Array.from({ length: 4 }, () => upstream.send(anEvent())));
  // A timer of the same length tells how late this process is anyway.
  const timerMs = sleep(timeoutMs).then(() => performance.now());
  const results = await sent;
  const lateMs = performance.now() - (await timerMs);

  for (const result of results) expect(result).toEqual({ kind: 'timeout', sent: true });
  expect(lateMs).toBeLessThan(200);
  application.play(answer200);
  for (const result of await Promise.all(Array.from({ length: 8 }, () => upstream.send(anEvent())))) {
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
  }
});

test('the application sees the connection close when its time is over', async () => {
  let closed: () => void = () => {};
  const sawClose = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const application = await startScriptedApplication((socket) => {
    socket.on('close', closed);
  });
  const upstream = testUpstream(application.url, { timeoutMs: 100 });

  await upstream.send(anEvent());

  await Promise.race([sawClose, sleep(2_000).then(() => Promise.reject(new Error('still open')))]);
});
