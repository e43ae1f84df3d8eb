import { expect, test } from 'vitest';
import { Answer } from '../../src/delivery/answer.ts';
import type { BodyRead } from '../../src/delivery/delivery.ts';
import { openRaw, post } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

/** Notes how each body ended, and answers 200. */
async function openReading(limits = { maxBytes: 100_000, timeoutMs: 2000 }) {
  const reads: BodyRead[] = [];
  const gate = await openTrafficPort({
    judge: async (delivery) => {
      reads.push(await delivery.readBody(limits));
      return new Answer('forwarded', 200, [], Buffer.from('done'));
    },
  });
  return { gate, reads };
}

test.each(['destroy', 'end', 'resetAndDestroy'] as const)(
  'in the middle of its body, by %s',
  async (leave) => {
    const { gate, reads } = await openReading();
    const client = await openRaw(gate.port);

    client.send(post('12345').slice(0, -2));
    await expect.poll(() => gate.judged.length).toBe(1);
    client.socket[leave]();

    await expect.poll(() => reads).toEqual([{ kind: 'aborted', readBytes: 3 }]);
    await expect.poll(() => gate.server.openConnections()).toBe(0);
    expect(gate.faults).toEqual([]);
  },
);

test('before its answer: the delivery is settled all the same and nothing is thrown', async () => {
  let settled = false;
  let accept = (): void => {};
  const gate = await openTrafficPort({
    judge: async () => {
      await new Promise<void>((resolve) => {
        accept = resolve;
      });
      settled = true;
      return new Answer('forwarded', 200, [], Buffer.alloc(1_000_000));
    },
  });
  const client = await openRaw(gate.port);
  client.send(post('{}'));
  await expect.poll(() => gate.judged.length).toBe(1);

  client.socket.resetAndDestroy();
  await expect.poll(() => gate.server.openConnections()).toBe(0);
  accept();

  await expect.poll(() => settled).toBe(true);
  const next = await openRaw(gate.port);
  next.send(post('{}'));
  await expect.poll(() => gate.judged.length).toBe(2);
  accept();
  expect(await next.answers(1)).toEqual([200]);
  expect(gate.faults).toEqual([]);
});

test('a body in many segments and one in chunks arrive as they were sent', async () => {
  const { gate, reads } = await openReading();
  const text = 'a'.repeat(70_000);
  const client = await openRaw(gate.port);

  client.send(post(text));
  await client.answers(1);
  const chunks = `3\r\nabc\r\n${text.length.toString(16)};name=value\r\n${text}\r\n0\r\nX-Trailer: t\r\n\r\n`;
  client.send(post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked') + chunks);
  await client.answers(2);

  expect(reads.map((read) => read.kind === 'complete' && read.bytes.toString())).toEqual([
    text,
    `abc${text}`,
  ]);
});

test('a body over the limit ends the reading at the limit, announced or not', async () => {
  const { gate, reads } = await openReading({ maxBytes: 10, timeoutMs: 2000 });
  const announced = await openRaw(gate.port);
  const inChunks = await openRaw(gate.port);

  announced.send(post('12345678901'));
  inChunks.send(
    `${post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked')}6\r\n123456\r\n6\r\n123456\r\n`,
  );
  await announced.closing();
  await inChunks.closing();

  expect(reads.map((read) => read.kind)).toEqual(['too_large', 'too_large']);
});

test('a fault of the judge is answered 500, and one in the answer itself closes', async () => {
  const gate = await openTrafficPort({
    judge: (delivery) => {
      if (delivery.head.target === '/throws') throw new Error('sync');
      if (delivery.head.target === '/rejects') return Promise.reject(new Error('async'));
      return new Answer('forwarded', 200, ['X-Bad', 'a\nb']);
    },
  });
  const client = await openRaw(gate.port);

  for (const [index, target] of ['/throws', '/rejects', '/hook'].entries()) {
    client.send(post('').replace('/hook', target));
    expect(await client.answers(index + 1)).toHaveLength(index + 1);
  }

  expect(client.statuses).toEqual([500, 500, 500]);
  expect(client.text).not.toContain('sync');
  expect(gate.faults).toHaveLength(3);
});
