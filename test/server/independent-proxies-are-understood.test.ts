import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startHaproxy } from '../support/haproxy.ts';
import { openRaw, openRawTls, post } from '../support/raw-http.ts';
import { requireProgram } from '../support/require-program.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

const proxied = { proxyProtocol: true, isTrustedProxy: () => true };

test.for(['send-proxy', 'send-proxy-v2', 'send-proxy-v2 proxy-v2-options unique-id,crc32c'])(
  'HAProxy with %s',
  async (send, { skip }) => {
    const gate = await openTrafficPort(proxied);
    const haproxy = await startHaproxy({ backendPort: gate.port, send });
    if (haproxy === undefined) return skip();
    const client = await openRaw(haproxy.port);

    client.send(post('{}'));

    expect(await client.answers(1)).toEqual([200]);
    expect(gate.judged[0]?.peer.proxied).toBe('127.0.0.1');
  },
);

test('HAProxy with send-proxy-v2-ssl and its TLVs on the client certificate', async ({ skip }) => {
  const certificate = selfSignedCertificate(['DNS:gate.test']);
  if (certificate === undefined) return skip();
  const gate = await openTrafficPort(proxied);
  const haproxy = await startHaproxy({
    backendPort: gate.port,
    send: 'send-proxy-v2-ssl-cn proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,crc32c',
    pem: `${certificate.cert}${certificate.key}`,
  });
  if (haproxy === undefined) return skip();
  const client = await openRawTls(haproxy.port);

  client.send(post('{}'));

  expect(await client.answers(1)).toEqual([200]);
  expect(gate.judged[0]?.peer.proxied).toBe('127.0.0.1');
});

test("HAProxy's own health checks (LOCAL) disturb nobody", async ({ skip }) => {
  const gate = await openTrafficPort(proxied);
  const haproxy = await startHaproxy({
    backendPort: gate.port,
    send: 'send-proxy-v2 check-send-proxy check inter 20ms fastinter 20ms',
  });
  if (haproxy === undefined) return skip();
  const client = await openRaw(haproxy.port);

  for (let count = 1; count <= 20; count++) {
    client.send(post('{}'));
    await client.answers(count);
  }

  expect(gate.judged).toHaveLength(20);
  expect(gate.rejected).toEqual([]);
});

test('curl --haproxy-protocol', async ({ skip }) => {
  const curl = requireProgram('curl');
  if (curl === undefined) return skip();
  const gate = await openTrafficPort(proxied);

  const { stdout } = await promisify(execFile)(curl, [
    ...['--silent', '--max-time', '5', '--haproxy-protocol', '--json', '{}'],
    `http://127.0.0.1:${gate.port}/hook`,
  ]);

  expect(stdout).toBe('accepted');
  expect(gate.judged[0]?.peer).toEqual({ address: '127.0.0.1', proxied: '127.0.0.1' });
});
