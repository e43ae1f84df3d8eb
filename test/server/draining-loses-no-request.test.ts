import { expect, test } from 'vitest';
import { Answer } from '../../src/delivery/answer.ts';
import { openRaw, post } from '../support/raw-http.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

test('while it drains it accepts, answers, and closes each connection with its answer', async () => {
  const gate = await openTrafficPort();
  const old = await openRaw(gate.port);
  old.send(post('{}'));
  await old.answers(1);

  gate.server.beginDrain();
  old.send(post('{}'));
  const fresh = await openRaw(gate.port);
  fresh.send(post('{}'));

  expect(await old.closing()).toMatch(/Connection: close/i);
  expect(await fresh.closing()).toMatch(/Connection: close/i);
  expect([old.statuses, fresh.statuses]).toEqual([[200, 200], [200]]);
  expect(gate.bodies).toHaveLength(3);
});

test('closing ends idle and unused connections, waits for what is in flight, and listens no more', async () => {
  let accept: (answer: Answer) => void = () => {};
  const gate = await openTrafficPort({
    judge: (delivery) =>
      delivery.head.target === '/slow'
        ? new Promise((resolve) => {
            accept = resolve;
          })
        : new Answer('forwarded', 200, []),
    limits: { headerTimeMs: 60_000 },
  });
  const idle = await openRaw(gate.port);
  idle.send(post(''));
  await idle.answers(1);
  const unused = await openRaw(gate.port);
  const busy = await openRaw(gate.port);
  busy.send(post('').replace('/hook', '/slow'));
  await expect.poll(() => gate.judged.length).toBe(2);

  let closed = false;
  const closing = gate.server.close(60_000).then(() => {
    closed = true;
  });
  await Promise.all([idle.closing(), unused.closing()]);
  expect(closed).toBe(false);
  await expect(openRaw(gate.port)).rejects.toThrow(/ECONNREFUSED/);

  accept(new Answer('forwarded', 200, []));
  expect(await busy.closing()).toMatch(/^HTTP\/1\.1 200 [\s\S]*Connection: close/i);
  await closing;
});

test('what is still in flight at the deadline is cut off', async () => {
  const gate = await openTrafficPort({ judge: () => new Promise(() => {}) });
  const busy = await openRaw(gate.port);
  busy.send(post(''));
  await expect.poll(() => gate.judged.length).toBe(1);

  await gate.server.close(50);

  expect(await busy.closing()).toBe('');
});

test.each([
  [1000, 200, 1],
  [1001, 503, 0],
])(
  'a head that ends %i ms after the end of listening: %i, since a delivery must fit into what is left of the stop',
  async (laterMs, status, judged) => {
    const clock = createSteppedClock();
    const gate = await openTrafficPort({ now: clock.now });
    const slow = await openRaw(gate.port);
    const head = post('');
    slow.send(head.slice(0, 20));
    // Its own place in the queue of the system tells that the one before was read.
    const other = await openRaw(gate.port);
    other.send(post(''));
    await other.answers(1);

    const closed = gate.server.close(60_000);
    await other.closing();
    clock.pass(laterMs);
    slow.send(head.slice(20));

    expect(await slow.closing()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*Connection: close`, 'i'));
    expect(gate.judged).toHaveLength(1 + judged);
    expect(gate.rejected.map(({ rejection }) => rejection.code)).toEqual(
      judged === 1 ? [] : ['shutting_down'],
    );
    await closed;
  },
);

test('neither does one behind another on its connection', async () => {
  const clock = createSteppedClock();
  let accept: (answer: Answer) => void = () => {};
  const gate = await openTrafficPort({
    now: clock.now,
    judge: () =>
      new Promise((resolve) => {
        accept = resolve;
      }),
  });
  const client = await openRaw(gate.port);
  client.send(post('') + post(''));
  await expect.poll(() => gate.judged.length).toBe(1);
  const closed = gate.server.close(60_000);
  await expect
    .poll(() =>
      openRaw(gate.port).then(
        () => 'open',
        (error) => error.code,
      ),
    )
    .toBe('ECONNREFUSED');
  clock.pass(1001);
  accept(new Answer('forwarded', 200, []));
  await client.closing();
  expect(client.statuses).toEqual([200, 503]);
  expect(gate.judged).toHaveLength(1);
  await closed;
});
