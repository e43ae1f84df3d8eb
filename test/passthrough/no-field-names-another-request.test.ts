import { once } from 'node:events';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { startPlainApplication } from '../support/plain-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

/**
 * Frameworks build the request's URL from these: Host and target put together and parsed lead to the webhook.
 * The last trusted proxy passes on what it was sent.
 */
const clientAddress = '{ from: forwarded, trustedProxies: [127.0.0.1] }';

const attacks = [
  ...['-Host', '-Proto', '-Scheme', '-Protocol', '-Ssl', '-Port', '-Server', '-Uri', '-Url', '-Path'].map(
    (end) => `X-Forwarded${end}`,
  ),
  ...['-Prefix', '-Method', '-Context', '-By', '-For', '-Anything'].map((end) => `X-Forwarded${end}`),
  ...['X-Original-URL', 'X-Original-URI', 'X-Original-Path', 'X-Original-Host', 'X-Original-Method'],
  ...['X-Original-Proto', 'X-Original-Forwarded-For', 'X-Rewrite-URL', 'X-Rewrite-URI', 'X-Rewrite-Path'],
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X-HTTP-Path-Override', 'X-Url-Scheme'],
  ...[
    'X-HTTP-Host-Override',
    'X-Script-Name',
    'X-Host',
    'X-Scheme',
    'X-Envoy-Original-Path',
    'X-Replaced-Path',
  ],
  ...['X-Real-IP', 'X-Client-IP', 'True-Client-IP', 'CF-Connecting-IP', 'X-Cluster-Client-IP', 'Forwarded'],
  ...['X-Middleware-Rewrite', 'X-Invoke-Path', 'X-Matched-Path', 'X-Waws-Unencoded-Url', 'Front-End-Https'],
  ...['X-Sendfile-Type', 'X-Accel-Mapping', 'X-MS-Original-URL', 'Fastly-Client-IP', 'X-Path-Info'],
  ...[
    'Forwarded-Host',
    'Forwarded-For',
    'Script-Name',
    'Path-Info',
    'X-Override-URL',
    'X-Ingress-Path',
    'Proxy',
  ],
  ...[
    'WL-Proxy-Client-IP',
    'X-ProxyUser-Ip',
    'Do-Connecting-IP',
    'X-Vercel-Forwarded-For',
    'Ali-CDN-Real-IP',
  ],
];

const values = [
  'a/webhooks/juicyway?',
  'http://a/webhooks/juicyway?',
  '/webhooks/juicyway',
  'host="a/webhooks/juicyway?"',
];

function seenOfWebhook(headers: IncomingHttpHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    String(value).includes('webhooks/juicyway') ? [`${name}: ${value}`] : [],
  );
}

test.each([
  'X_Original_URL',
  'X.Original.URL',
  'X~Original!URL',
  'HOOKGATE_VERIFIED',
  'Hookgate.Verified',
  'Idempotency_Key',
  'X_Forwarded_For',
  'X.Forwarded-For',
])(
  '%s, which a server may read with "-", goes on neither to a webhook that only watches nor past it',
  async (name) => {
    const application = await startPlainApplication((_, response) => void response.end());
    const gate = await runGate(application.url, {
      otherPaths: 'passthrough',
      clientAddress,
      allowlist: '{ file: ALLOWLIST_FILE, mode: observe }',
      checksum: '{ keysDirectory: KEYS_DIRECTORY, mode: observe }',
    });
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket';
    for (const [line, fields] of [
      ['POST /other', 'Content-Length: 0'],
      ['POST /webhooks/juicyway', 'Content-Length: 0'],
      ['GET /other', upgrade],
    ]) {
      const client = await openRaw(gate.port);
      client.send(`${line} HTTP/1.1\r\nHost: a\r\n${fields}\r\n${name}: true\r\n\r\n`);
      expect(await client.answers(1)).toEqual([400]);
      expect(client.text).toContain('malformed_request');
    }
    expect(application.requests).toEqual([]);
  },
);

test.each(values)(
  'with %j in every field, a passed request and an upgrade keep only what was judged',
  async (value) => {
    const upgrades: IncomingHttpHeaders[] = [];
    const application = await startPlainApplication((_, response) => void response.end());
    const sockets = new WebSocketServer({ server: application.server as Server });
    sockets.on('connection', (_, request) => upgrades.push(request.headers));
    onTestFinished(() => sockets.close());
    const gate = await runGate(application.url, { otherPaths: 'passthrough', clientAddress });
    const lines = attacks.map((name) => `${name}: ${value}`);

    const client = await openRaw(gate.port);
    client.send(['POST /other HTTP/1.1', 'Host: a', 'Content-Length: 0', ...lines, '', ''].join('\r\n'));
    expect(await client.answers(1)).toEqual([200]);
    const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const other = await openRaw(gate.port);
    other.send(
      [
        'GET /other HTTP/1.1',
        'Host: a',
        ...handshake,
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ...lines,
        '',
        '',
      ].join('\r\n'),
    );
    await other.receives('101');

    const passed = application.requests[0]?.headers ?? {};
    for (const headers of [passed, upgrades[0] ?? {}]) {
      expect(seenOfWebhook(headers)).toEqual([]);
      expect(headers).toMatchObject({ 'x-forwarded-host': 'a', 'x-forwarded-proto': 'http' });
      expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1' });
    }
  },
);

test('of an event as well, whose own path is not to be replaced either', async () => {
  const application = await startPlainApplication((_, response) => void response.end());
  const gate = await runGate(application.url, { clientAddress, allowlist: '{ mode: "off" }' });
  const body = signedEvent('payment.completed', '{"id":1}');
  const fields = Object.fromEntries(attacks.map((name) => [name, 'https://a/webhooks/juicyway?']));
  const posted = gate.post(body, { ...fields, 'X-Forwarded-For': '203.0.113.9' });

  expect((await posted).status).toBe(200);
  expect(seenOfWebhook(application.requests[0]?.headers ?? {})).toEqual([]);
});

test('what a trusted proxy usually says goes on', async () => {
  const application = await startPlainApplication((_, response) => void response.end());
  const gate = await runGate(application.url, { otherPaths: 'passthrough', clientAddress });
  const told = {
    'x-forwarded-for': 'unknown, 2001:db8::7, 203.0.113.7:4711',
    'x-forwarded-host': 'shop.test:8443, inner.test',
    'x-forwarded-proto': 'https,http',
    'x-forwarded-port': '8443',
    'x-real-ip': '2001:db8::7',
    'x-scheme': 'https',
  };
  await fetch(`http://127.0.0.1:${gate.port}/other`, { headers: told });
  expect(application.requests[0]?.headers).toMatchObject({
    ...told,
    'x-forwarded-for': `${told['x-forwarded-for']}, 127.0.0.1`,
  });
});

test('of a stranger nothing of all that goes on', async () => {
  const application = await startPlainApplication((_, response) => void response.end());
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send(
    ['GET /other HTTP/1.1', 'Host: a', ...attacks.map((name) => `${name}: 1.2.3.4`), '', ''].join('\r\n'),
  );
  await client.answers(1);
  client.socket.destroy();
  await once(client.socket, 'close');
  const names = Object.keys(application.requests[0]?.headers ?? {}).sort();
  const own = [
    'connection',
    'host',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-request-id',
  ];
  expect(names).toEqual(own);
});
