import { connect } from 'node:net';
import { test as base, expect, onTestFinished, vi } from 'vitest';
import { Answer, PassThrough } from '../../src/delivery/answer.ts';
import { openRaw, openRawTls, post, type RawClient } from '../support/raw-http.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { createSteppedClock, type SteppedClock } from '../support/stepped-clock.ts';
import { openTrafficPort, type TrafficPort } from '../support/traffic-port.ts';

/** A clock that stands, and looks that come only when they are told to. */
const test = base.extend<{ clock: SteppedClock; gate: TrafficPort; look: () => void }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names between the braces.
  clock: async ({}, use) => use(createSteppedClock()),
  // biome-ignore lint/correctness/noEmptyPattern: the same.
  look: async ({}, use) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await use(() => void vi.advanceTimersByTime(100));
    vi.useRealTimers();
  },
  gate: async ({ clock, look: _ }, use) => {
    const judge = (delivery: { head: { target: string } }) =>
      delivery.head.target === '/hook' ? new Answer('forwarded', 200, []) : new PassThrough();
    const streams = {
      mayUpgrade: () => true,
      request: async () => undefined,
      async upgrade(_request: unknown, socket: { write(text: string): void }) {
        socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
        return undefined;
      },
    };
    await use(await openTrafficPort({ now: clock.now, judge, streams }));
  },
});

async function openAnswered(gate: TrafficPort): Promise<RawClient> {
  const client = await openRaw(gate.port);
  client.send(post(''));
  await client.answers(1);
  return client;
}

test('one that has rested for half a second is closed, and one that was never used after two', async ({
  clock,
  gate,
  look,
}) => {
  const used = await openAnswered(gate);
  const unused = await openRaw(gate.port);
  // Its own place in the queue of the system tells that the one before was accepted.
  await openAnswered(gate);
  gate.server.beginDrain();
  clock.pass(499);
  look();
  expect(gate.server.openConnections()).toBe(3);

  clock.pass(1);
  look();
  expect(await used.closing()).toMatch(/^HTTP\/1\.1 200 /);
  clock.pass(1499);
  look();
  expect(unused.closed).toBe(false);

  clock.pass(1);
  look();

  expect(await unused.closing()).toBe('');
  expect([used.errorCode, unused.errorCode]).toEqual([undefined, undefined]);
});

test('one whose request has come, and is not read yet, is answered: the gate itself may have paused', async ({
  clock,
  gate,
  look,
}) => {
  const used = await openAnswered(gate);
  const unused = await openRaw(gate.port);
  await openAnswered(gate);
  gate.server.beginDrain();
  clock.pass(2000);
  for (const client of [used, unused]) client.send(post(''));
  look();

  expect(await used.closing()).toMatch(/Connection: close/i);
  expect(await unused.closing()).toMatch(/Connection: close/i);
  expect([used.statuses, unused.statuses]).toEqual([[200, 200], [200]]);
});

test('one that was answered since then rests from its answer on', async ({ clock, gate, look }) => {
  const client = await openAnswered(gate);
  clock.pass(400);
  client.send(post(''));
  await client.answers(2);
  gate.server.beginDrain();
  clock.pass(400);
  look();

  client.send(post(''));

  expect(await client.closing()).toMatch(/Connection: close/i);
  expect(client.statuses).toEqual([200, 200, 200]);
});

test('a request that has begun, a stream and a tunnel are left alone', async ({ clock, gate, look }) => {
  const begun = await openAnswered(gate);
  begun.send(post('').slice(0, 20));
  const behind = await openRaw(gate.port);
  behind.send(post('') + post('').replace('/hook', '/stream'));
  await behind.answers(1);
  const stream = await openRaw(gate.port);
  stream.send(post('').replace('/hook', '/stream'));
  const tunnel = await openRaw(gate.port);
  tunnel.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await tunnel.receives('101');
  const resting = await openAnswered(gate);
  expect(gate.judged).toHaveLength(6);

  gate.server.beginDrain();
  clock.pass(60_000);
  look();
  await resting.closing();
  begun.send(post('').slice(20));

  expect(await begun.answers(2)).toEqual([200, 200]);
  expect([behind.closed, stream.closed, tunnel.closed]).toEqual([false, false, false]);
});

test('one that its last answer closes lingers as long as it would', async ({ clock, gate, look }) => {
  const refused = await openRaw(gate.port, '127.0.0.1', { allowHalfOpen: true });
  refused.send(post('').replace('Length: 0', 'Length: 1000'));
  await refused.answers(1);
  const resting = await openAnswered(gate);

  gate.server.beginDrain();
  clock.pass(500);
  look();
  await resting.closing();
  await expect.poll(gate.server.openConnections).toBe(1);
});

test('over TLS too, used or not, with a goodbye', async ({ skip }) => {
  const certificate = selfSignedCertificate(['DNS:gate.test']);
  if (certificate === undefined) return skip();
  const gate = await openTrafficPort({ tls: { ...certificate, minVersion: 'TLSv1.2' } });
  const used = await openRawTls(gate.port);
  used.send(post('{}'));
  await used.answers(1);
  const unused = await openRawTls(gate.port);
  await expect.poll(() => gate.server.openConnections()).toBe(2);

  const closed = gate.server.close(60_000);

  expect(await used.closing()).toMatch(/^HTTP\/1\.1 200 /);
  expect(await unused.closing()).toBe('');
  expect([used.errorCode, unused.errorCode]).toEqual([undefined, undefined]);
  await closed;
});

test('closing cuts off no answers that their client still takes in', async () => {
  const body = Buffer.alloc(8_000_000, 'x');
  const gate = await openTrafficPort({
    judge: () => new Answer('forwarded', 200, ['Content-Length', String(body.length)], body),
  });
  const socket = connect(gate.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(post('') + post(''));
  await expect.poll(() => gate.judged.length).toBe(2);

  const closed = gate.server.close(60_000);
  onTestFinished(() => closed);

  const answers = Buffer.concat(await socket.toArray())
    .toString('latin1')
    .split('HTTP/1.1 200 OK')
    .slice(1);
  expect(answers.map((answer) => answer.length - answer.indexOf('\r\n\r\n') - 4)).toEqual([
    body.length,
    body.length,
  ]);
});
