import { expect, onTestFinished, test, vi } from 'vitest';
import { Answer } from '../../src/delivery/answer.ts';
import { openRaw, post, type RawClient } from '../support/raw-http.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

const places = 4;

/** A verified event where the path says so. */
const openPort = (keepAliveMs?: number, headerTimeMs = 60_000, now = () => performance.now()) =>
  openTrafficPort({
    now,
    judge: (delivery) => {
      if (delivery.head.target === '/hook') delivery.facts.keyName = 'primary';
      return new Answer('forwarded', 200, []);
    },
    limits: { connections: places, headerTimeMs, ...(keepAliveMs === undefined ? {} : { keepAliveMs }) },
  });

async function openAfter(client: RawClient, text: string): Promise<void> {
  client.send(text);
  await client.answers(1);
}

const unverified = post('').replace('/hook', '/other');

test('the longest-resting connection without a verified event goes first', async () => {
  const port = await openPort();
  const known = await openRaw(port.port);
  await openAfter(known, post(''));
  const unknown = [];
  for (let index = 0; index < places - 1; index++) {
    const client = await openRaw(port.port);
    await openAfter(client, unverified);
    unknown.push(client);
  }
  const [longest, ...others] = unknown;
  await longest?.closing();
  // By an end, not by a reset.
  expect(longest?.errorCode).toBeUndefined();
  expect(others.map(({ closed }) => closed)).toEqual([false, false]);
  expect(known.closed).toBe(false);

  // Its place is another's now.
  const next = await openRaw(port.port);
  await openAfter(next, post(''));
  known.send(post(''));
  expect(await known.answers(2)).toEqual([200, 200]);
});

test('a connection on which nothing was ever sent goes, too', async () => {
  const port = await openPort();
  const silent = await openRaw(port.port);
  for (let index = 0; index < places - 1; index++) await openAfter(await openRaw(port.port), post(''));
  await silent.closing();
  expect(port.rejected).toEqual([]);
});

test('one with a request under way stays', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const clock = createSteppedClock();
  const port = await openPort(undefined, undefined, clock.now);
  const clients: RawClient[] = [];
  for (let index = 0; index < places; index++) clients.push(await openRaw(port.port));
  for (const client of clients) client.send(unverified.slice(0, 30));
  while (port.server.openConnections() < places) await new Promise((resolve) => setImmediate(resolve));
  // Longer than the rest after which others are closed.
  clock.pass(1200);
  vi.advanceTimersByTime(1200);
  // A close would be seen behind a look at what has come.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  for (const client of clients) client.send(unverified.slice(30));
  for (const client of clients) expect(await client.answers(1)).toEqual([200]);
});

test('blank lines do not prolong the rest of a connection', async () => {
  const port = await openPort(100, 200);
  const client = await openRaw(port.port);
  await openAfter(client, post(''));
  const trickle = setInterval(() => client.socket.writable && client.socket.write('\r\n'), 20);
  await client.closing();
  clearInterval(trickle);
});
