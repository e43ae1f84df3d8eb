import { describe, expect, test } from 'vitest';
import { proxyV2 } from '../support/proxy-v2.ts';
import { openRaw, openRawTls, post } from '../support/raw-http.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

const proxied = { proxyProtocol: true, isTrustedProxy: (address: string) => address === '127.0.0.1' };
const v1 = Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.1 1 65535\r\n');
const v2 = proxyV2({ source: '192.0.2.1', tlvs: [[0x05, Buffer.from('id')]] });
const event = Buffer.from(post('{}'));

describe.each([
  ['version 1', v1],
  ['version 2', v2],
])('%s', (_version, header) => {
  test('in one segment with the request', async () => {
    const gate = await openTrafficPort(proxied);
    const client = await openRaw(gate.port);

    client.send(Buffer.concat([header, event]));

    expect(await client.answers(1)).toEqual([200]);
    expect(gate.judged[0]?.peer).toEqual({ address: '127.0.0.1', proxied: '192.0.2.1' });
    expect(gate.bodies).toEqual(['{}']);
  });

  test('ahead of the request, and keep-alive goes on', async () => {
    const gate = await openTrafficPort(proxied);
    const client = await openRaw(gate.port);

    client.send(header);
    for (let count = 1; count <= 3; count++) {
      client.send(event);
      expect(await client.answers(count)).toHaveLength(count);
    }
    expect(gate.judged.map(({ peer }) => peer.proxied)).toEqual(['192.0.2.1', '192.0.2.1', '192.0.2.1']);
  });

  test('one byte at a time, the request too', async () => {
    const gate = await openTrafficPort(proxied);
    const client = await openRaw(gate.port);

    await client.sendByteByByte(Buffer.concat([header, event]));

    expect(await client.answers(1)).toEqual([200]);
    expect(gate.judged[0]?.peer.proxied).toBe('192.0.2.1');
    expect(gate.bodies).toEqual(['{}']);
  });

  test('before a TLS handshake', async ({ skip }) => {
    const certificate = selfSignedCertificate(['DNS:gate.test']);
    if (certificate === undefined) return skip();
    const gate = await openTrafficPort({ ...proxied, tls: { ...certificate, minVersion: 'TLSv1.2' } });
    const plain = await openRaw(gate.port);
    plain.socket.removeAllListeners('data');

    plain.send(header);
    const client = await openRawTls(gate.port, plain.socket);
    client.send(event);

    expect(await client.answers(1)).toEqual([200]);
    expect(gate.judged[0]?.peer).toEqual({ address: '127.0.0.1', proxied: '192.0.2.1' });
    expect(gate.judged[0]?.head.secure).toBe(true);
  });

  test('from a peer that is not trusted it is no more than a bad request', async () => {
    const gate = await openTrafficPort({ ...proxied, isTrustedProxy: () => false });
    const client = await openRaw(gate.port);

    client.send(Buffer.concat([header, event]));

    expect(await client.closing()).toMatch(/^HTTP\/1\.1 400 /);
    expect(gate.judged).toEqual([]);
  });

  test('a second header is no part of HTTP', async () => {
    const gate = await openTrafficPort(proxied);
    const client = await openRaw(gate.port);

    client.send(Buffer.concat([header, header, event]));

    expect(await client.closing()).toMatch(/^HTTP\/1\.1 400 /);
    expect(gate.judged).toEqual([]);
  });
});

test('a trusted proxy that sends none is cut off and counted, never judged by its own address', async () => {
  const gate = await openTrafficPort(proxied);
  const client = await openRaw(gate.port);

  client.send(event);

  expect(await client.closing()).toBe('');
  expect(gate.judged).toEqual([]);
  expect(gate.rejected.map(({ rejection }) => rejection.code)).toEqual(['client_address_unknown']);
});

test('a header that does not come in time is not waited for', async () => {
  const gate = await openTrafficPort({ ...proxied, limits: { headerTimeMs: 100 } });
  const begun = await openRaw(gate.port);
  const silent = await openRaw(gate.port);

  begun.send(v1.subarray(0, 20));

  expect([await begun.closing(), await silent.closing()]).toEqual(['', '']);
  expect(gate.rejected, 'a silent connection is no attempt').toHaveLength(1);
});

test('the head that follows has its own deadline, and silence after the header is not answered', async () => {
  const gate = await openTrafficPort({ ...proxied, limits: { headerTimeMs: 200 } });
  const begun = await openRaw(gate.port);
  const silent = await openRaw(gate.port);

  begun.send(Buffer.concat([v2, event.subarray(0, 20)]));
  silent.send(v2);

  expect(await begun.closing()).toMatch(/^HTTP\/1\.1 408 /);
  expect(await silent.closing()).toBe('');
});

test('an idle proxied connection is closed after the keep-alive time', async () => {
  const gate = await openTrafficPort({ ...proxied, limits: { keepAliveMs: 100 } });
  const client = await openRaw(gate.port);

  client.send(Buffer.concat([v2, event]));
  expect(await client.answers(1)).toEqual([200]);

  await client.closing();
});

test('sockets that have not sent theirs are destroyed when the gate closes', async () => {
  const gate = await openTrafficPort({ ...proxied, limits: { headerTimeMs: 60_000 } });
  const begun = await openRaw(gate.port);
  begun.send(v1.subarray(0, 20));
  await expect.poll(() => gate.server.openConnections()).toBe(1);

  await gate.server.close(60_000);

  expect(await begun.closing()).toBe('');
});
