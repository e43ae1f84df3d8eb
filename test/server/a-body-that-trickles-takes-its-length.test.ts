import { expect, test } from 'vitest';
import { createBufferedBytes } from '../../src/claims/buffered-bytes.ts';
import { Answer } from '../../src/delivery/answer.ts';
import { reject } from '../../src/delivery/rejections.ts';
import { openRaw, post } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

const owner = { share: 'peer', isListed: true };

/** Reads each body out of `maxBytes`, and answers with what it held by then. */
async function openPort(maxBytes: number) {
  const buffered = createBufferedBytes(() => maxBytes);
  const port = await openTrafficPort({
    async judge(delivery) {
      const held = buffered.open(owner);
      delivery.held = held;
      const read = await delivery.readBody({ maxBytes: 100_000, timeoutMs: 60_000, held });
      if (read.kind !== 'complete') return reject('overloaded', read.kind);
      return new Answer('forwarded', 200, [], Buffer.from(`${buffered.taken} ${read.bytes.length}`));
    },
  });
  return { port, buffered };
}

const chunked = post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked');

test('a body is taken whole, whatever its pieces, and given back with its answer', async () => {
  const { port, buffered } = await openPort(200_000);
  const client = await openRaw(port.port);
  client.send(post('').replace('Length: 0', 'Length: 1000'));
  await expect.poll(() => buffered.taken).toBe(1000);
  await client.sendByteByByte(Buffer.alloc(1000, 'x'));
  await client.receives('1000 1000');
  await expect.poll(() => buffered.taken).toBe(0);
});

test('one that does not say how long it is takes at most twice its length', async () => {
  const { port, buffered } = await openPort(1_000_000);
  const client = await openRaw(port.port);
  client.send(`${chunked}9c40\r\n`);
  for (let piece = 0; piece < 40; piece++) {
    client.send('x'.repeat(1000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  client.send('\r\n0\r\n\r\n');
  await client.answers(1);
  const [taken, length] = /(\d+) (\d+)$/.exec(client.text)?.slice(1).map(Number) ?? [];
  expect(length).toBe(40_000);
  expect(taken).toBeGreaterThanOrEqual(40_000);
  expect(taken).toBeLessThanOrEqual(80_000);
  await expect.poll(() => buffered.taken).toBe(0);
});

test.each([
  ['by length', post('').replace('Length: 0', 'Length: 5000')],
  ['in chunks', `${chunked}1388\r\n${'x'.repeat(5000)}`],
])('where there is no room, 503 before it is read: %s', async (_, head) => {
  const { port, buffered } = await openPort(4000);
  const client = await openRaw(port.port);
  client.send(head);
  expect(await client.answers(1)).toEqual([503]);
  expect(client.text).toMatch(/"code":"overloaded"[\s\S]*/);
  await client.closing();
  expect(buffered.taken).toBe(0);
});

test('a sender that leaves gives its room back', async () => {
  const { port, buffered } = await openPort(10_000);
  const client = await openRaw(port.port);
  client.send(post('').replace('Length: 0', 'Length: 5000'));
  await expect.poll(() => buffered.taken).toBe(5000);
  client.socket.destroy();
  await expect.poll(() => buffered.taken).toBe(0);
});
