import { expect, test } from 'vitest';
import { startPlainApplication } from '../support/plain-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate, type Sections } from '../support/running-gate.ts';
import { startScriptedApplication } from '../support/scripted-application.ts';

/** The header fields with which the application saw a GET with these lines. */
async function seenWith(lines: readonly string[], sections: Sections = {}) {
  const application = await startPlainApplication((_, response) => void response.end());
  const gate = await runGate(application.url, { otherPaths: 'passthrough', ...sections });
  const client = await openRaw(gate.port);
  client.send(['GET /other HTTP/1.1', 'Host: shop.test', ...lines, '', ''].join('\r\n'));
  expect(await client.answers(1)).toEqual([200]);
  const id = /x-request-id: (\S+)/i.exec(client.text)?.[1];
  const headers = application.requests[0]?.headers ?? {};
  expect(headers['x-request-id']).toBe(id);
  return headers;
}

test('end-to-end fields go on as they came', async () => {
  const headers = await seenWith(['Cookie: a=1', 'Cookie: b=2', 'X-Own: caf\xe9', 'Traceparent: 00-1-2-01']);
  expect(headers).toMatchObject({
    host: 'shop.test',
    cookie: 'a=1; b=2',
    'x-own': 'caf\xe9',
    traceparent: '00-1-2-01',
  });
});

test('a page of Next.js fetches ahead as it would without a gate', async () => {
  const headers = await seenWith(['X-Middleware-Prefetch: 1', 'X-Nextjs-Data: 1', 'Purpose: prefetch']);
  expect(headers).toMatchObject({ 'x-middleware-prefetch': '1', 'x-nextjs-data': '1', purpose: 'prefetch' });
});

const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'].concat(
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
);
const asWritten = ['X-One: 1', '7: n', 'x-lower: a', 'X-MiXed: b', 'User-Agent: u', 'Authorization: c'];
const severalLines = ['Cookie: a=1', 'Cookie: b=2', 'X-One: 2', 'User-Agent: v', 'Authorization: d'];

/** The lines of the one request that the application got, without those of the gate. */
async function linesSeenWith(lines: readonly string[]): Promise<string[]> {
  const application = await startScriptedApplication((socket) => {
    socket.write('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n');
  });
  const gate = await runGate(application.url.href, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send(['GET /other HTTP/1.1', ...lines, 'Host: Shop.test', '', ''].join('\r\n'));
  expect(await client.answers(1)).toEqual([403]);
  const seen = (application.requests[0] ?? '').split('\r\n').slice(1, -2);
  return seen.filter((line) => !/^(?:connection|upgrade|x-forwarded-\w+|x-request-id):/i.test(line));
}

test('names keep their case, and lines their order and number', async () => {
  const lines = [...asWritten, ...severalLines];
  expect(await linesSeenWith(lines)).toEqual([...lines, 'Host: Shop.test']);
});

test('in a handshake for a tunnel names keep their case, and every line goes on', async () => {
  const lines = [...handshake, ...asWritten, ...severalLines.filter((line) => !line.startsWith('Cookie'))];
  const seen = await linesSeenWith(lines);
  const own = lines.filter((line) => !/^(?:connection|upgrade):/i.test(line));
  expect(seen.toSorted()).toEqual([...own, 'Host: Shop.test'].toSorted());
});

test('a client cannot take away what trusted proxies say of it by listing that in Connection', async () => {
  const told = {
    'x-forwarded-for': '198.51.100.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
    'x-real-ip': '198.51.100.9',
  };
  const lines = Object.entries(told).map(([name, value]) => `${name}: ${value}`);
  const headers = await seenWith([`Connection: keep-alive, ${Object.keys(told).join(', ')}`, ...lines], {
    clientAddress: '{ from: forwarded, trustedProxies: [127.0.0.1] }',
  });
  expect(headers).toMatchObject({ ...told, 'x-forwarded-for': '198.51.100.9, 127.0.0.1' });
});

test('hop-by-hop fields end here, and so do those that Connection lists', async () => {
  const headers = await seenWith([
    'Connection: keep-alive, x-listed, host',
    'X-Listed: 1',
    'Keep-Alive: timeout=1',
    'Proxy-Authorization: Basic eA==',
    'Proxy-Anything: 1',
    'TE: trailers',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAAP__',
  ]);
  expect(Object.keys(headers).sort()).toEqual(
    ['connection', 'host', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-request-id'].sort(),
  );
});

test('fields that only the gate may write, or that name another path, do not go on', async () => {
  const headers = await seenWith([
    'Hookgate-Verified: true',
    'hookgate-event: payment.succeeded',
    'X-Original-URL: /webhooks/juicyway',
    'X-Rewrite-Url: /webhooks/juicyway',
    'X-Original-URI: /webhooks/juicyway',
    'X-HTTP-Path-Override: /webhooks/juicyway',
    // With GET /a/webhooks/juicyway, which is no route here.
    'X-Script-Name: /a',
    'X-Request-Id: forged',
  ]);
  expect(Object.keys(headers).filter((name) => /hookgate|ur[li]|path|script/.test(name))).toEqual([]);
  expect(headers['x-request-id']).not.toBe('forged');
});

const saysWhoSent = [
  'X-Forwarded-For: 203.0.113.7',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Host: admin.test',
  'X-Real-IP: 203.0.113.7',
];

test('a stranger does not say who sent a request', async () => {
  const headers = await seenWith(saysWhoSent);
  expect(headers).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'shop.test',
  });
  expect(headers).not.toHaveProperty('x-real-ip');
});

test('a trusted proxy does', async () => {
  const clientAddress = '{ from: forwarded, trustedProxies: [127.0.0.1] }';
  expect(await seenWith(saysWhoSent, { clientAddress })).toMatchObject({
    'x-forwarded-for': '203.0.113.7, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'admin.test',
    'x-real-ip': '203.0.113.7',
  });
});

test('of two lines neither goes on where one of them names another site', async () => {
  const clientAddress = '{ from: forwarded, trustedProxies: [127.0.0.1] }';
  const lines = ['X-Forwarded-Host: a.test', 'X-Forwarded-Host: a/webhooks/juicyway?', 'X-Real-IP: ::1'];
  const headers = await seenWith([...lines, 'X-Real-IP: ::2'], { clientAddress });
  expect(headers['x-forwarded-host']).toBe('shop.test');
  expect(headers).not.toHaveProperty('x-real-ip');
});

test('of the answer the end-to-end fields go on', async () => {
  const application = await startPlainApplication((_, response) => {
    response.writeHead(201, [
      ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Connection', 'close, X-Hop', 'X-Hop', '1'],
      ...[
        'Proxy-Authenticate',
        'Basic',
        'Hookgate-Duplicate',
        'true',
        'X-Request-Id',
        'theirs',
        'ETag',
        '"x"',
      ],
    ]);
    response.end('made');
  });
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const answer = await fetch(`http://127.0.0.1:${gate.port}/other`, { method: 'PUT' });
  expect([answer.status, await answer.text()]).toEqual([201, 'made']);
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(answer.headers.get('etag')).toBe('"x"');
  for (const name of ['x-hop', 'proxy-authenticate', 'hookgate-duplicate'])
    expect(answer.headers.has(name)).toBe(false);
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers.get('connection')).toBe('keep-alive');
});

test('the path and the query go on byte for byte, behind the prefix of the upstream', async () => {
  const application = await startPlainApplication();
  const gate = await runGate(`${application.url}/app`, { otherPaths: 'passthrough' });
  const targets = ['/', '/?', '/a%20b/c;d=1?x=//y/../z&u=http:/v?w', "/~u/$&'()*+,=:@!"];
  for (const target of targets) {
    const client = await openRaw(gate.port);
    client.send(`GET ${target} HTTP/1.1\r\nHost: shop.test\r\n\r\n`);
    await client.answers(1);
  }
  expect(application.seen).toEqual(targets.map((target) => `GET /app${target}`));
});
