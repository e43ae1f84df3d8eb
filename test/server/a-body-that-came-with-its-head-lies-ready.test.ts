import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Answer } from '../../src/delivery/answer.ts';
import { reject } from '../../src/delivery/rejections.ts';
import type { ClientExchange } from '../../src/server/client-exchange.ts';
import { openRaw, post } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

/** Answers with the body's length and whether it was waited for: only then is there a time within which it has to come. */
async function openPort() {
  const ends: Promise<unknown>[] = [];
  const port = await openTrafficPort({
    async judge(delivery) {
      ends.push(once((delivery as ClientExchange).request, 'end'));
      let waited = false;
      const read = await delivery.readBody({
        maxBytes: 100_000,
        get timeoutMs() {
          waited = true;
          return 60_000;
        },
      });
      if (read.kind !== 'complete') return reject('overloaded', read.kind);
      const text = `${read.bytes.length} ${waited ? 'waited' : 'ready'}`;
      return new Answer('forwarded', 200, [], Buffer.from(text));
    },
  });
  return { port: port.port, ends };
}

test.each([1, 800, 60_000])('%i bytes in one piece with the head: nothing waits', async (length) => {
  const { port, ends } = await openPort();
  const client = await openRaw(port);
  client.send(post('x'.repeat(length)));
  await client.receives(`${length} ready`);
  // The request has its end, and the next one on the connection its turn.
  await Promise.all(ends);
  client.send(post('y'.repeat(length + 1)));
  await client.receives(`${length + 1} ready`);
});

test('a body that is one byte short is waited for', async () => {
  const { port, ends } = await openPort();
  const client = await openRaw(port);
  client.send(post('x'.repeat(800)).slice(0, -1));
  await expect.poll(() => ends.length).toBe(1);
  client.send('x');
  await client.receives('800 waited');
});

test('requests in one piece are each read to their own end', async () => {
  const { port } = await openPort();
  const client = await openRaw(port);
  client.send(post('x'.repeat(10)) + post('y'.repeat(20)) + post(''));
  await client.answers(3);
  expect(client.text.match(/^\d+ \w+/gm)?.map((text) => text.split(' ')[0])).toEqual(['10', '20', '0']);
});
