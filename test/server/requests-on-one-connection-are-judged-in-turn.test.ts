import { expect, test } from 'vitest';
import { Answer } from '../../src/delivery/answer.ts';
import { reject } from '../../src/delivery/rejections.ts';
import { openRaw, post } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

const accepted = () => new Answer('forwarded', 200, []);

test('a pipelined request waits for the answer to the one before it', async () => {
  const open: (() => void)[] = [];
  const gate = await openTrafficPort({
    judge: () => new Promise((resolve) => open.push(() => resolve(accepted()))),
  });
  const client = await openRaw(gate.port);

  client.send(post('') + post('') + post(''));
  for (let count = 1; count <= 3; count++) {
    await expect.poll(() => gate.judged.length).toBe(count);
    open.shift()?.();
    expect(await client.answers(count)).toHaveLength(count);
  }
});

test('what follows a refused request on the same connection is never judged', async () => {
  const gate = await openTrafficPort({ judge: () => reject('address_not_allowed', 'not listed') });
  const client = await openRaw(gate.port);

  client.send(post('{}') + post('{}'));
  await client.closing();

  expect(client.statuses).toEqual([403]);
  expect(gate.judged).toHaveLength(1);
});

test('of a long pipeline only the first requests are judged', async () => {
  const gate = await openTrafficPort({ judge: async () => accepted() });
  const client = await openRaw(gate.port);

  client.send(post('').repeat(2000));
  await client.closing();

  expect(gate.judged.length).toBeLessThan(100);
});

test('garbage behind a request in flight closes the connection after the answer, and is counted', async () => {
  let accept = (): void => {};
  const gate = await openTrafficPort({
    judge: () =>
      new Promise((resolve) => {
        accept = () => resolve(accepted());
      }),
    limits: { linger: { maxBytes: 65_536, timeMs: 100 } },
  });
  const client = await openRaw(gate.port);

  client.send(`${post('')}\x16garbage\r\n\r\n`);
  await expect.poll(() => gate.rejected.length).toBe(1);
  accept();

  expect(await client.closing()).toMatch(/^HTTP\/1\.1 200 [\s\S]*Connection: close/i);
  expect(client.statuses).toEqual([200]);
});

test('the preface of HTTP/2 is no request', async () => {
  const gate = await openTrafficPort();
  const client = await openRaw(gate.port);

  client.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  await client.closing();

  expect(gate.judged).toEqual([]);
  expect(gate.rejected.map(({ rejection }) => rejection.code)).toEqual(['malformed_request']);
});
