import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import httpProxy from 'http-proxy';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startPlainApplication } from '../support/plain-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';

const forged = 'POST /webhooks/juicyway HTTP/1.1\r\nHost: app.test\r\nContent-Length: 2\r\n\r\n{}';
const chunked = `${forged.length.toString(16)}\r\n${forged}\r\n0\r\n\r\n`;

function smuggle(method: string, lines: readonly string[], body: string): string {
  return [`${method} /other HTTP/1.1`, 'Host: app.test', ...lines, '', body].join('\r\n');
}

/** What the application saw of these bytes, once it has answered or the gate has refused them. */
async function send(bytes: string, endsAfter = 1): Promise<{ status: number | undefined; seen: string[] }> {
  const application = await startPlainApplication();
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send(bytes);
  const [status] = await client.answers(endsAfter);
  // A second request would be on its way to the application by now; this one comes behind it.
  await fetch(`${application.url}/last`);
  expect(application.seen.filter((line) => line.includes('/webhooks'))).toEqual([]);
  return { status, seen: application.seen.slice(0, -1) };
}

test.each(['DELETE', 'OPTIONS', 'GET', 'HEAD'])('%s with Transfer-Encoding is refused', async (method) => {
  const { status, seen } = await send(smuggle(method, ['Transfer-Encoding: chunked'], chunked));
  expect(status).toBe(400);
  expect(seen).toEqual([]);
});

test('http-proxy alone makes a forged event of it', async () => {
  const application = await startPlainApplication();
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const proxy = httpProxy.createProxyServer({ target: application.url, agent });
  const bare = createServer((request, response) => proxy.web(request, response, {}, () => response.end()));
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    bare.closeAllConnections();
    bare.close();
  });
  const client = await openRaw((bare.address() as AddressInfo).port);
  client.send(smuggle('DELETE', ['Transfer-Encoding: chunked'], chunked));
  await expect.poll(() => application.seen).toEqual(['DELETE /other', 'POST /webhooks/juicyway']);
});

describe('a body that looks like a request stays the body of its own', () => {
  test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'PROPFIND'])(
    '%s with Content-Length',
    async (method) => {
      const { status, seen } = await send(smuggle(method, [`Content-Length: ${forged.length}`], forged));
      expect(status).toBe(200);
      expect(seen).toEqual([`${method} /other`]);
    },
  );

  test.each(['GET', 'DELETE', 'POST'])('%s whose Connection header lists the length', async (method) => {
    const lines = [`Content-Length: ${forged.length}`, 'Connection: content-length, host, transfer-encoding'];
    const { status, seen } = await send(smuggle(method, lines, forged));
    expect(status).toBe(200);
    expect(seen).toEqual([`${method} /other`]);
  });

  test.each(['POST', 'PUT', 'PATCH'])('%s with Transfer-Encoding that Connection lists', async (method) => {
    const lines = ['Transfer-Encoding: chunked', 'Connection: transfer-encoding'];
    const { status, seen } = await send(smuggle(method, lines, chunked));
    expect(status).toBe(200);
    expect(seen).toEqual([`${method} /other`]);
  });
});

test.each([
  ['both lengths', 'POST', ['Transfer-Encoding: chunked', 'Content-Length: 4'], chunked],
  ['two lengths', 'POST', ['Content-Length: 4', `Content-Length: ${forged.length}`], forged],
  ['Transfer_Encoding', 'POST', ['Transfer_Encoding: chunked'], chunked],
  ['another coding', 'POST', ['Transfer-Encoding: gzip, chunked'], chunked],
  ['two hosts', 'POST', ['Host: other.test', 'Content-Length: 0'], ''],
  ['a signed length', 'POST', ['Content-Length: +4'], forged],
])('%s: refused', async (_, method, lines, body) => {
  const { status, seen } = await send(smuggle(method, lines, body));
  expect(status).toBe(400);
  expect(seen).toEqual([]);
});

test('Transfer-Encoding on HTTP/1.0 is refused', async () => {
  const bytes = smuggle('POST', ['Transfer-Encoding: chunked'], chunked).replace('HTTP/1.1', 'HTTP/1.0');
  expect(await send(bytes)).toEqual({ status: 400, seen: [] });
});

test('behind a passed request on the same connection the next one is judged', async () => {
  const application = await startPlainApplication();
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send(smuggle('GET', [], '') + forged.replace('Content-Length', 'X: y\r\nContent-Length'));
  expect(await client.answers(2)).toEqual([200, 415]);
  expect(application.seen).toEqual(['GET /other']);
});
