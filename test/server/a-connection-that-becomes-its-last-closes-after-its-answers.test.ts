import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { Answer, PassThrough } from '../../src/delivery/answer.ts';
import { openRaw, openRawTls, post, type RawClient } from '../support/raw-http.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { openTrafficPort, type TrafficPort } from '../support/traffic-port.ts';

const get = 'GET /other HTTP/1.1\r\nHost: a\r\n\r\n';
const linger = { maxBytes: 65_536, timeMs: 300 };

interface StreamingPort extends TrafficPort {
  /** Writes the rest of the answer that is under way. */
  finish(): void;
  /** Requests that were streamed. */
  begun(): number;
  /** What the gate has read on the connection of the latest of them. */
  readBytes(): number;
}

/** Every path but `/hook` is streamed: a head at once where `early`, and the rest when told. */
async function openStreamingPort(early: boolean, tls = false): Promise<StreamingPort> {
  const open: ServerResponse[] = [];
  let begun = 0;
  let latest: IncomingMessage | undefined;
  const port = await openTrafficPort({
    tls: tls ? { ...certificate(), minVersion: 'TLSv1.2' } : undefined,
    judge: ({ head }) =>
      head.target === '/hook' ? new Answer('forwarded', 200, [], Buffer.from('webhook')) : new PassThrough(),
    limits: { linger, headerTimeMs: 30_000 },
    streams: {
      async request(request: IncomingMessage, response: ServerResponse) {
        begun += 1;
        latest = request;
        request.resume();
        if (early) response.writeHead(200).flushHeaders();
        open.push(response);
        return undefined;
      },
      async upgrade(_request, socket) {
        socket.destroy();
        return undefined;
      },
      mayUpgrade: () => true,
    },
  });
  return Object.assign(port, {
    finish: () => void open.shift()?.end('streamed'),
    begun: () => begun,
    readBytes: () => latest?.socket.bytesRead ?? 0,
  });
}

function certificate() {
  const made = selfSignedCertificate(['DNS:gate.test']);
  if (made === undefined) throw new Error('openssl is missing');
  return made;
}

/** Answers all that is streamed until the gate closes the connection. */
async function closing(port: StreamingPort, client: RawClient): Promise<string> {
  const finishing = setInterval(port.finish, 5);
  try {
    return await client.closing();
  } finally {
    clearInterval(finishing);
  }
}

const lasts: Record<string, { bytes: string; answers: number }> = {
  garbage: { bytes: 'GARBAGE\r\n\r\n', answers: 1 },
  'a megabyte of garbage': { bytes: `${'\x16'.repeat(1_000_000)}\r\n\r\n`, answers: 1 },
  'a head with a broken field': { bytes: 'GET / HTTP/1.1\r\nHost: a\r\nBro ken: x\r\n\r\n', answers: 1 },
  'a head that is too large': { bytes: `GET /${'a'.repeat(60_000)} HTTP/1.1\r\n\r\n`, answers: 1 },
  CONNECT: { bytes: 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\ntunnelled', answers: 1 },
  'an event, then garbage': { bytes: `${post('{}')}GARBAGE\r\n\r\n`, answers: 2 },
  'a refused version': { bytes: `GET / HTTP/2.0\r\nHost: a\r\n\r\n${get}`, answers: 2 },
  'a request that closes, and more': {
    bytes: get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n') + get,
    answers: 2,
  },
  'a body with broken chunks': {
    bytes: `${get.replace('GET', 'POST').replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')}`,
    answers: 2,
  },
  'an event with broken chunks': {
    bytes: `${post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked')}zz\r\n`,
    answers: 2,
  },
  'seventeen more': { bytes: get.repeat(17), answers: 17 },
  'two thousand more': { bytes: get.repeat(2000), answers: 17 },
};

describe.each([
  ['whose head has left', true, false],
  ['that has not begun', false, false],
  ['whose head has left, over TLS', true, true],
  ['that has not begun, over TLS', false, true],
] as const)('behind a streamed answer %s', (_, early, tls) => {
  test.each(Object.entries(lasts))(
    '%s: the answers owed, then a close',
    async (_name, { bytes, answers }) => {
      const port = await openStreamingPort(early, tls);
      const client = tls ? await openRawTls(port.port) : await openRaw(port.port);
      client.send(get + bytes);
      await expect.poll(() => port.begun()).toBe(1);
      // Much of what came behind it has been read by now.
      await expect.poll(port.readBytes).toBeGreaterThanOrEqual(Math.min(get.length + bytes.length, 20_000));
      const text = await closing(port, client);
      expect(client.statuses.length, text).toBe(answers);
      expect(client.statuses[0]).toBe(200);
      expect(client.errorCode).toBeUndefined();
      await expect.poll(() => port.server.openConnections()).toBe(0);
    },
  );

  test('what breaks it in a later piece', async () => {
    const port = await openStreamingPort(early, tls);
    const client = tls ? await openRawTls(port.port) : await openRaw(port.port);
    client.send(get);
    await expect.poll(() => port.begun()).toBe(1);
    client.send('GARBAGE\r\n\r\n');
    await expect.poll(() => port.rejected.length).toBe(1);
    await closing(port, client);
    expect(client.statuses).toEqual([200]);
  });

  test('a client that leaves after its garbage is let go at once', async () => {
    const port = await openStreamingPort(early, tls);
    const client = tls ? await openRawTls(port.port) : await openRaw(port.port);
    client.send(`${get}GARBAGE\r\n\r\n`);
    await expect.poll(() => port.rejected.length).toBe(1);
    client.socket.destroy();
    await expect.poll(() => port.server.openConnections()).toBe(0);
  });

  test('a client that leaves within the next head is let go at once', async () => {
    const port = await openStreamingPort(early, tls);
    const client = tls ? await openRawTls(port.port) : await openRaw(port.port);
    client.send(`${get}GET /x HTTP/1.1\r\nHo`);
    await expect.poll(() => port.begun()).toBe(1);
    client.socket.end();
    await expect.poll(() => port.server.openConnections()).toBe(0);
  });
});

test('a client that leaves behind a refused CONNECT is let go at once', async () => {
  const port = await openStreamingPort(true);
  const client = await openRaw(port.port);
  client.send(`${get}CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n`);
  await expect.poll(() => port.rejected.length).toBe(1);
  client.socket.destroy();
  await expect.poll(() => port.server.openConnections()).toBe(0);
});

test('trickling bytes do not renew the time of a connection that lingers', async () => {
  const port = await openStreamingPort(true);
  const client = await openRaw(port.port, '127.0.0.1', { allowHalfOpen: true });
  client.send(`${get}GARBAGE\r\n\r\n`);
  await expect.poll(() => port.rejected.length).toBe(1);
  port.finish();
  const trickle = setInterval(() => client.socket.write('x'), 20);
  const startedMs = performance.now();
  await expect.poll(() => port.server.openConnections(), { timeout: 20_000 }).toBe(0);
  clearInterval(trickle);
  expect(performance.now() - startedMs).toBeLessThan(linger.timeMs + 5000);
});

test('a stop does not wait for a connection whose answers are given', async () => {
  const port = await openStreamingPort(true);
  const client = await openRaw(port.port);
  client.send(`${get}GARBAGE\r\n\r\n`);
  await expect.poll(() => port.rejected.length).toBe(1);
  const startedMs = performance.now();
  const closed = port.server.close(60_000);
  port.finish();
  await closed;
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  expect(client.statuses).toEqual([200]);
});

describe('broken chunks in the body of a request that is passed on', () => {
  const broken = `POST /other HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n`;

  test('400, counted, while no answer has begun', async () => {
    const port = await openStreamingPort(false);
    const client = await openRaw(port.port);
    client.send(broken);
    await expect.poll(() => port.begun()).toBe(1);
    client.send('zz\r\n');
    await client.closing();
    expect(client.statuses).toEqual([400]);
    expect(client.text).toMatch(/Connection: close/i);
    expect(port.rejected.map(({ rejection }) => rejection.code)).toEqual(['malformed_request']);
  });

  test('a close, counted, once one has', async () => {
    const port = await openStreamingPort(true);
    const client = await openRaw(port.port);
    client.send(broken);
    await client.answers(1);
    client.send('zz\r\n');
    await client.closing();
    expect(client.text.endsWith('0\r\n\r\n'), 'the answer is not made to look whole').toBe(false);
    expect(port.rejected.map(({ rejection }) => rejection.code)).toEqual(['malformed_request']);
  });

  test.each([
    '1;name=value\r\na\r\n0;last\r\n\r\n',
    '1;name="two words"\r\na\r\n0\r\n\r\n',
    '1\r\na\r\n0\r\nTrailer: x\r\n\r\n',
  ])('what HTTP allows there passes: %j', async (body) => {
    const port = await openStreamingPort(false);
    const client = await openRaw(port.port);
    client.send(`${broken.replace('chunked', 'chunked  ')}${body}`);
    await expect.poll(() => port.begun()).toBe(1);
    port.finish();
    expect(await client.answers(1)).toEqual([200]);
  });
});
