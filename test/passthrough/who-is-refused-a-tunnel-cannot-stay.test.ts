import { expect, test } from 'vitest';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { until } from '../support/until.ts';

const handshake = [
  'GET /socket HTTP/1.1',
  'Host: shop.test',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

test('a client that keeps its side open after a failed handshake is cut off', async () => {
  // Nothing listens there.
  const gate = await runGate('http://127.0.0.1:9', { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port, '127.0.0.1', { allowHalfOpen: true });
  client.send(handshake);
  expect(await client.answers(1)).toEqual([502]);

  // Only a socket that is gone answers bytes with a reset.
  await until(() => {
    client.send('x');
    return client.closed;
  });
  expect(client.text).toContain('"code":"upstream_unreachable"');
});
