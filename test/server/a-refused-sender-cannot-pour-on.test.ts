import { describe, expect, test } from 'vitest';
import { reject } from '../../src/delivery/rejections.ts';
import { openRaw, openRawTls, post, type RawClient } from '../support/raw-http.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

const announced = 10 * 1024 ** 3;
const chunk = Buffer.alloc(65_536, 0x20);
const linger = { maxBytes: 262_144, timeMs: 300 };

/** A refused CONNECT or upgrade leaves HTTP, and no parser reads its socket any more. */
const variants: Record<string, { tls: boolean; head: string }> = {
  'with a length': { tls: false, head: post('').replace('Length: 0', `Length: ${announced}`) },
  'in chunks': {
    tls: false,
    head: `${post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked')}${announced.toString(16)}\r\n`,
  },
  'over TLS': { tls: true, head: post('').replace('Length: 0', `Length: ${announced}`) },
  'behind CONNECT': { tls: false, head: 'CONNECT a:1 HTTP/1.1\r\nHost: gate.test\r\n\r\n' },
  'behind a broken head': { tls: false, head: post('').replace('Length: 0', 'Length: zero') },
};

describe.each(Object.entries(variants))('a body of 10 GiB %s', (_name, { tls, head }) => {
  test('gets its answer in full, sends little more, and is cut off', async ({ skip }) => {
    const certificate = tls ? selfSignedCertificate(['DNS:gate.test']) : undefined;
    if (tls && certificate === undefined) return skip();
    const gate = await openTrafficPort({
      judge: () => reject('address_not_allowed', 'not listed'),
      tls: certificate && { ...certificate, minVersion: 'TLSv1.2' },
      limits: { linger },
    });
    const client = tls
      ? await openRawTls(gate.port)
      : await openRaw(gate.port, '127.0.0.1', { allowHalfOpen: true });

    const startedMs = performance.now();
    client.send(head);
    const sentBytes = await pour(client);

    // What lies in the buffers of both kernels comes on top of what the gate itself takes in.
    expect(sentBytes).toBeLessThan(linger.maxBytes + 16 * 1024 ** 2);
    expect(performance.now() - startedMs).toBeLessThan(linger.timeMs + 1500);
    expect(client.text).toMatch(/^HTTP\/1\.1 (403 Forbidden|400 Bad Request|405 Method Not Allowed)\r\n/);
    expect(client.text).toMatch(/Connection: close\r\n/i);
    expect(client.text).toMatch(/"requestId":"[0-9a-f-]+"\}$/);
    expect(gate.judged.length + gate.rejected.length, 'judged once').toBe(1);
  });
});

test('one that writes all of its body before it reads finds its answer', async () => {
  const gate = await openTrafficPort({ judge: () => reject('address_not_allowed', 'not listed') });
  const client = await openRaw(gate.port, '127.0.0.1', { allowHalfOpen: true });
  const body = Buffer.alloc(200_000, 0x20);

  client.socket.pause();
  client.send(post('').replace('Length: 0', `Length: ${body.length}`));
  await expect.poll(() => gate.judged.length).toBe(1);
  for (let sent = 0; sent < body.length; sent += 20_000) {
    await new Promise((resolve) => client.socket.write(body.subarray(sent, sent + 20_000), resolve));
    // The gate, in this process as well, reads in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  client.socket.resume();
  await client.answers(1);
  client.socket.end();

  expect(await client.closing()).toMatch(/^HTTP\/1\.1 403 [\s\S]*"requestId":"[0-9a-f-]+"\}$/);
  expect(client.errorCode).toBeUndefined();
});

test('a refused sender with a small body is closed without waiting for the linger time', async () => {
  const gate = await openTrafficPort({
    judge: () => reject('address_not_allowed', 'not listed'),
    limits: { linger: { maxBytes: 1, timeMs: 60_000 } },
  });
  const client = await openRaw(gate.port);

  client.send(post('{}'));

  expect(await client.closing()).toMatch(/Connection: close\r\n/i);
  expect(client.errorCode).toBeUndefined();
});

test('a refused request without a body keeps its connection, and so does one whose body was read', async () => {
  const gate = await openTrafficPort({
    judge: async (delivery) => {
      await delivery.readBody({ maxBytes: 100, timeoutMs: 1000 });
      return reject('checksum_mismatch', 'forged');
    },
  });
  const client = await openRaw(gate.port);

  client.send(post('{}'));
  await client.answers(1);
  client.send(post(''));
  await client.answers(2);
  client.send('GET /hook HTTP/1.1\r\nHost: gate.test\r\n\r\n');

  expect(await client.answers(3)).toEqual([401, 401, 401]);
  expect(client.text).not.toMatch(/Connection: close/i);
});

/** Writes until the connection is gone; gives the bytes that the kernel took. */
async function pour({ socket }: RawClient): Promise<number> {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  while (!socket.closed) {
    await Promise.race([closed, new Promise((resolve) => socket.write(chunk, resolve))]);
  }
  return socket.bytesWritten;
}
