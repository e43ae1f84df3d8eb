import { once } from 'node:events';
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { startPlainApplication } from '../support/plain-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';

const megabyte = 1024 * 1024;

/** A body of so many bytes that is made as it is read. */
function bytes(total: number): Readable {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let left = total / chunk.length;
  return new Readable({
    read() {
      this.push(left-- > 0 ? chunk : null);
    },
  });
}

async function count(stream: Readable): Promise<number> {
  let total = 0;
  for await (const chunk of stream) total += (chunk as Buffer).length;
  return total;
}

test('200 MB up and down at once take no more memory than 40 MB do', async () => {
  const application = await startPlainApplication((request, response) => {
    if (request.method === 'GET') return void bytes(Number(request.url?.slice(1))).pipe(response);
    void count(request).then((read) => response.end(String(read)));
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });

  /** The most that this process, with client, gate and application in it, had resident on the way. */
  async function transfer(total: number): Promise<number> {
    let highest = 0;
    const watch = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage.rss());
    }, 10);
    const url = `http://127.0.0.1:${gate.port}/${total}`;
    const upload = httpRequest(url, { method: 'PUT' });
    bytes(total).pipe(upload);
    expect(await Promise.all([textOf(upload), get(url).then(count)])).toEqual([String(total), total]);
    clearInterval(watch);
    return highest;
  }

  // What is left for the garbage collector levels off in the first transfers.
  await transfer(60 * megabyte);
  const highestOfSmall = await transfer(40 * megabyte);
  const highestOfLarge = await transfer(200 * megabyte);
  expect(highestOfLarge - highestOfSmall).toBeLessThan(64 * megabyte);
});

test('a client that reads slowly makes the application wait', async () => {
  let written = 0;
  const application = await startPlainApplication((_, response) => {
    const source = bytes(200 * megabyte);
    source.on('data', (chunk: Buffer) => {
      written += chunk.length;
    });
    source.pipe(response);
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send('GET /files/large HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  await client.answers(1);
  client.socket.pause();
  let before = -1;
  await expect
    .poll(
      () => {
        const isStill = written === before;
        before = written;
        return isStill;
      },
      { interval: 200, timeout: 10_000 },
    )
    .toBe(true);
  expect(written).toBeLessThan(50 * megabyte);
});

test('server-sent events arrive one by one, the head before the first', async () => {
  let stream: ServerResponse | undefined;
  const application = await startPlainApplication((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    stream = response;
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const answer = await get(`http://127.0.0.1:${gate.port}/events`);
  expect(answer.headers['content-type']).toBe('text/event-stream');
  for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
    stream?.write(text);
    const [chunk] = (await once(answer, 'data')) as [Buffer];
    expect(chunk.toString()).toBe(text);
  }
  answer.destroy();
});

test('a body that came with its head goes on with it, in one piece', async () => {
  const application = await startPlainApplication((_, response) => {
    response.writeHead(200, { 'Content-Length': 2 }).end('ok');
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  const first = once(client.socket, 'data') as Promise<[Buffer]>;
  client.send('GET /other HTTP/1.1\r\nHost: shop.example\r\n\r\n');
  const [bytes] = await first;
  expect(bytes.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nok$/s);
});

test('a request body arrives before it is complete', async () => {
  let arrived: (text: string) => void = () => {};
  const first = new Promise<string>((resolve) => {
    arrived = resolve;
  });
  const application = await startPlainApplication((request, response) => {
    request.once('data', (chunk) => arrived(String(chunk)));
    request.on('end', () => response.end('complete'));
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const request = httpRequest(`http://127.0.0.1:${gate.port}/upload`, { method: 'POST' });
  request.write('first');
  expect(await first).toBe('first');
  request.end('last');
  expect(await textOf(request)).toBe('complete');
});

test.each([
  // Its head describes content, so the application gets another connection for what comes next.
  ['HEAD', 200, 2],
  ['GET', 204, 1],
  ['GET', 304, 1],
])('%s answered %i ends without a body, and the connection goes on', async (method, status, connections) => {
  const application = await startPlainApplication((_, response) => {
    response.writeHead(status, status === 200 ? { 'Content-Length': 5 } : {}).end();
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  const bytesOfOne = `${method} /a HTTP/1.1\r\nHost: shop.test\r\n\r\n`;
  client.send(bytesOfOne + bytesOfOne);
  expect(await client.answers(2)).toEqual([status, status]);
  expect(application.connections()).toBe(connections);
});

test('interim answers and trailers do not confuse the answer', async () => {
  const application = await startPlainApplication((_, response) => {
    response.writeProcessing();
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.writeHead(200, { Trailer: 'X-Sum' });
    response.write('body');
    response.addTrailers({ 'X-Sum': '1' });
    response.end();
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send('GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\nGET /b HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  expect(await client.answers(2)).toEqual([200, 200]);
  expect(client.text).not.toContain('X-Sum');
});

test('a client that waits for 100 Continue is told once', async () => {
  const application = await startPlainApplication();
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send('POST /a HTTP/1.1\r\nHost: shop.test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
  await client.receives('100 Continue\r\n\r\n');
  client.send('ok');
  await client.answers(1);
  expect(client.statuses).toEqual([100, 200]);
});

test('an HTTP/1.0 client gets a body without chunks', async () => {
  const application = await startPlainApplication((_, response) => {
    response.write('part ');
    response.end('whole');
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send('GET /a HTTP/1.0\r\n\r\n');
  expect(await client.closing()).toMatch(/\r\n\r\npart whole$/);
});

async function get(url: string): Promise<IncomingMessage> {
  const request = httpRequest(url).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

async function textOf(request: ClientRequest): Promise<string> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return Buffer.concat(await response.toArray()).toString();
}
