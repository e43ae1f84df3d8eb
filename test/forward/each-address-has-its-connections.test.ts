import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { anEvent, testUpstream } from '../support/test-upstream.ts';
import { until } from '../support/until.ts';

/** Applications on one port of several addresses of loopback, that answer once they are told to. */
async function applicationsOn(addresses: readonly string[]) {
  const waiting: Socket[] = [];
  const open = new Map<string, number>();
  let port = 0;
  for (const address of addresses) {
    const server = createServer((socket) => {
      open.set(address, (open.get(address) ?? 0) + 1);
      socket.on('error', () => {}).on('data', () => void waiting.push(socket));
    });
    server.listen(port, address);
    await once(server, 'listening');
    port = (server.address() as { port: number }).port;
    onTestFinished(() => void server.close());
  }
  const answer = (): void => {
    for (const socket of waiting.splice(0)) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  };
  return { url: new URL(`http://application.test:${port}`), waiting, open, answer };
}

test('as many connections go to each address as are allowed, and what comes on top waits', async () => {
  const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  const application = await applicationsOn(addresses);
  const upstream = testUpstream(application.url, { addresses, connections: 3, timeoutMs: 20_000 });
  const results = Promise.all(Array.from({ length: 12 }, () => upstream.send(anEvent())));
  await until(() => application.waiting.length === 9);
  expect([...application.open.values()]).toEqual([3, 3, 3]);
  application.answer();
  await until(() => application.waiting.length === 3);
  application.answer();
  for (const result of await results) expect(result).toMatchObject({ kind: 'answered', status: 200 });
  expect([...application.open.values()]).toEqual([3, 3, 3]);
});

test('beside an address that refuses, the other has its own and no more', async () => {
  const application = await applicationsOn(['127.0.0.2']);
  const addresses = ['127.0.0.1', '127.0.0.2'];
  const upstream = testUpstream(application.url, { addresses, connections: 2, timeoutMs: 20_000 });
  const results = Promise.all(Array.from({ length: 5 }, () => upstream.send(anEvent())));
  for (let left = 5; left > 0; left -= 2) {
    await until(() => application.waiting.length === Math.min(2, left));
    application.answer();
  }
  for (const result of await results) expect(result).toMatchObject({ kind: 'answered', status: 200 });
  expect(application.open.get('127.0.0.2')).toBe(2);
});
