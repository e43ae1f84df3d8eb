import { expect, test } from 'vitest';
import { Answer } from '../../src/delivery/answer.ts';
import { openRaw, post } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

const fill = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: b`);

test('an X-Forwarded-For behind 2,000 other lines reaches the judge, where Node alone would drop it', async () => {
  const gate = await openTrafficPort({
    judge: () => new Answer('forwarded', 200, []),
    limits: { headerBytes: 65_536 },
  });
  const client = await openRaw(gate.port);

  client.send(post('', [...fill(2500), 'X-Forwarded-For: 192.0.2.1']));

  expect(await client.answers(1)).toEqual([200]);
  expect(gate.judged[0]?.head.rawHeaders.slice(-2)).toEqual(['X-Forwarded-For', '192.0.2.1']);
});

test('2,000 lines are refused with 431 by the headers gate', async () => {
  const gate = await openTrafficPort();
  const client = await openRaw(gate.port);

  client.send(post('{}', [...fill(2000), 'X-Forwarded-For: 192.0.2.1']));

  expect(await client.answers(1)).toEqual([431]);
  expect(await client.closing()).toContain('"code":"headers_too_large"');
  expect(gate.bodies).toEqual([]);
});

test('what stands behind a head that is too large is never judged, since its framing was not', async () => {
  const gate = await openTrafficPort();
  const client = await openRaw(gate.port);

  client.send(`GET /hook HTTP/1.1\r\nHost: gate.test\r\n${fill(100).join('\r\n')}\r\n\r\n${post('{}')}`);

  expect(await client.closing()).toContain('"code":"headers_too_large"');
  expect(client.statuses).toEqual([431]);
  expect(gate.judged).toHaveLength(1);
});

test('100 lines are taken and 101 refused', async () => {
  const gate = await openTrafficPort();
  for (const [count, status] of [
    [100, 200],
    [101, 431],
  ] as const) {
    const client = await openRaw(gate.port);
    client.send(post('{}', fill(count - 3)));
    expect(await client.answers(1)).toEqual([status]);
  }
});

test('a head of 16,384 bytes is taken and one of 16,385 refused', async () => {
  const gate = await openTrafficPort();
  const withoutBody = post('').length - 2;
  for (const [bytes, status] of [
    [16_384, 200],
    [16_385, 431],
    [23_962, 431],
  ] as const) {
    const client = await openRaw(gate.port);
    client.send(post('', [`X-Fill: ${'f'.repeat(bytes - withoutBody - 'X-Fill: \r\n'.length)}`]));
    expect(await client.answers(1), `${bytes} bytes`).toEqual([status]);
  }
});
