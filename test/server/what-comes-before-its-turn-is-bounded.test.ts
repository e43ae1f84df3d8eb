import { expect, test } from 'vitest';
import { Answer } from '../../src/delivery/answer.ts';
import type { Judge } from '../../src/delivery/judge.ts';
import { openRaw, post } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

/** Answers when told, each in its turn. */
function answersWhenTold() {
  const waiting: (() => void)[] = [];
  const judge: Judge = () =>
    new Promise((resolve) => waiting.push(() => resolve(new Answer('forwarded', 200, []))));
  return { judge, waiting };
}

test('behind a request that waits for its answer nothing more is read', async () => {
  const { judge, waiting } = answersWhenTold();
  const port = await openTrafficPort({ judge });
  const client = await openRaw(port.port);
  client.send(post('') + post(''));
  await expect.poll(() => waiting.length).toBe(1);

  // More than the system's buffers take on both sides: written to the end only if the gate reads on.
  let isWritten = false;
  client.socket.write(Buffer.alloc(64 * 1024 ** 2, post('')), () => {
    isWritten = true;
  });
  const other = await openRaw(port.port);
  for (let count = 1; count <= 20; count++) {
    other.send(post(''));
    await expect.poll(() => waiting.length, { interval: 1 }).toBe(2);
    waiting.pop()?.();
    await other.answers(count);
  }
  expect(isWritten).toBe(false);

  waiting.pop()?.();
  await client.answers(1);
  await expect.poll(() => waiting.length).toBe(1);
});

test('of all connections together only so much waits; the others have their answer and are closed', async () => {
  const { judge, waiting } = answersWhenTold();
  const port = await openTrafficPort({ judge });
  const chunked = post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked');
  const clients = [];
  for (let index = 0; index < 260; index++) {
    const client = await openRaw(port.port);
    client.send(post('') + chunked);
    clients.push(client);
    await expect.poll(() => waiting.length, { interval: 1 }).toBe(index + 1);
  }
  for (const answer of waiting.splice(0)) answer();
  for (const client of clients) expect(await client.answers(1)).toEqual([200]);
  const last = clients.filter(({ text }) => /connection: close/i.test(text));
  // 11 MiB for pieces of 64 KiB and what belongs to each.
  expect(last.length).toBeGreaterThan(85);
  expect(last.length).toBeLessThan(100);
  for (const client of last) await client.closing();
});

test('what waits on a connection that closes before its turn takes no room for ever', async () => {
  const { judge, waiting } = answersWhenTold();
  const port = await openTrafficPort({ judge });
  const chunked = post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked');
  // Nobody has read the first body, so the request behind it is dropped; 200 of them are more than there is room for.
  for (let index = 0; index < 200; index++) {
    const client = await openRaw(port.port);
    client.send(post('{}') + chunked);
    await expect.poll(() => waiting.length, { interval: 1 }).toBe(1);
    waiting.pop()?.();
    expect(await client.answers(1)).toEqual([200]);
    await client.closing();
  }

  const client = await openRaw(port.port);
  client.send(post('') + chunked);
  for (const answers of [[200], [200, 200]]) {
    await expect.poll(() => waiting.length, { interval: 1 }).toBe(1);
    waiting.pop()?.();
    expect(await client.answers(answers.length)).toEqual(answers);
  }
});

test('what had its turn gives its room back, while its connection goes on', async () => {
  const port = await openTrafficPort({
    async judge(delivery) {
      await delivery.readBody({ maxBytes: 100, timeoutMs: 10_000 });
      return new Answer('forwarded', 200, []);
    },
  });
  const chunked = post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked');
  const client = await openRaw(port.port);
  // 200 pieces of 64 KiB are more than the 11 MiB that there are for all.
  for (let round = 1; round <= 200; round++) {
    client.send(`${post('')}${chunked}0\r\n\r\n`);
    await client.answers(2 * round);
  }
  expect(new Set(client.statuses)).toEqual(new Set([200]));
});

test('a client may be sixteen requests ahead, and is closed behind these where it sends more', async () => {
  const port = await openTrafficPort({ judge: async () => new Answer('forwarded', 200, []) });
  const client = await openRaw(port.port);
  for (const answers of [17, 34]) {
    client.send(post('').repeat(17));
    await client.answers(answers);
  }
  client.send(post('').repeat(18));
  await client.closing();
  expect(client.statuses).toHaveLength(51);
});

test('a head of thousands of short lines is refused before it is whole', async () => {
  const port = await openTrafficPort({ limits: { headerLines: () => 200 } });
  const client = await openRaw(port.port);
  client.send(`GET / HTTP/1.1\r\nHost: a\r\n${'a:b\r\n'.repeat(1000)}`);
  expect(await client.answers(1)).toEqual([431]);
  expect(port.judged).toEqual([]);
});
