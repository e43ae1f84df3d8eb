import { expect, test } from 'vitest';
import { Answer, PassThrough } from '../../src/delivery/answer.ts';
import { reject } from '../../src/delivery/rejections.ts';
import { openRaw } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

/** `/hook` is a webhook path, everything else passes through. */
async function openWithUpgrades(judgeOthers: PassThrough | ReturnType<typeof reject> = new PassThrough()) {
  const streamed: string[] = [];
  const gate = await openTrafficPort({
    judge: (delivery) => (delivery.head.target === '/hook' ? new Answer('forwarded', 200, []) : judgeOthers),
    streams: {
      mayUpgrade: (request) => request.url !== '/hook',
      async request(request, response) {
        streamed.push(`request ${request.url}`);
        request.resume();
        response.end('streamed');
        return undefined;
      },
      async upgrade(request, socket, head) {
        streamed.push(`upgrade ${request.url} ${head.toString()}`);
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
        return undefined;
      },
    },
  });
  return { gate, streamed };
}

const ask = (method: string, target: string, protocol = 'websocket') =>
  `${method} ${target} HTTP/1.1\r\nHost: gate.test\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n` +
  `Content-Length: ${method === 'POST' ? 2 : 0}\r\n\r\n${method === 'POST' ? '{}' : ''}`;

test.each([
  ['GET', '/hook', 'websocket'],
  ['POST', '/hook', 'websocket'],
  ['POST', '/hook', 'h2c'],
])('%s %s with Upgrade: %s is judged like any other request', async (method, target, protocol) => {
  const { gate, streamed } = await openWithUpgrades();
  const client = await openRaw(gate.port);

  client.send(ask(method, target, protocol));

  expect(await client.answers(1)).toEqual([200]);
  expect(gate.judged).toHaveLength(1);
  expect(streamed).toEqual([]);
});

test.each([
  ['POST', '/other', 'websocket'],
  ['GET', '/other', 'h2c'],
])('%s %s with Upgrade: %s passes through as an ordinary request', async (method, target, protocol) => {
  const { gate, streamed } = await openWithUpgrades();
  const client = await openRaw(gate.port);

  client.send(ask(method, target, protocol));

  expect(await client.answers(1)).toEqual([200]);
  expect(streamed).toEqual([`request ${target}`]);
});

test.each([
  ['POST', '/hook', 'h2c'],
  ['GET', '/other', 'h2c'],
  ['GET', '/hook', 'websocket'],
])(
  '%s %s with Upgrade: %s, which is not taken up, closes: Node drops what came behind it',
  async (...asked) => {
    const { gate } = await openWithUpgrades();
    const client = await openRaw(gate.port);

    client.send(ask(...asked) + ask('POST', '/hook', 'h2c'));

    expect(await client.closing()).toMatch(/^connection: close/im);
    expect(client.statuses).toEqual([200]);
    expect(client.errorCode).toBeUndefined();
  },
);

test('… also behind a request that waits for its answer', async () => {
  const { gate } = await openWithUpgrades();
  const client = await openRaw(gate.port);
  const plain = 'GET /other HTTP/1.1\r\nHost: gate.test\r\n\r\n';

  client.send(plain + ask('GET', '/other', 'h2c') + plain);

  await client.closing();
  expect(client.statuses).toEqual([200, 200]);
});

test('GET with Upgrade: websocket on another path is handed over once it was judged', async () => {
  const { gate, streamed } = await openWithUpgrades();
  const client = await openRaw(gate.port);

  client.send(`${ask('GET', '/socket')}frame`);

  expect(await client.closing()).toMatch(/^HTTP\/1\.1 101 /);
  expect(gate.judged).toHaveLength(1);
  expect(streamed).toEqual(['upgrade /socket frame']);
});

test('an upgrade that the judge refuses is answered and closed', async () => {
  const { gate, streamed } = await openWithUpgrades(reject('shutting_down', 'late'));
  const client = await openRaw(gate.port);

  client.send(ask('GET', '/socket'));

  const answer = await client.closing();
  expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(answer).toMatch(/Retry-After: 5/);
  expect(gate.judged).toHaveLength(1);
  expect(streamed).toEqual([]);
});
