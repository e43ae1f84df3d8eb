import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { openRawTls, post, type RawClient } from '../support/raw-http.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

test('new handshakes get the new certificate, established connections go on', async ({ skip }) => {
  const before = selfSignedCertificate(['DNS:before.test']);
  const after = selfSignedCertificate(['DNS:after.test']);
  if (before === undefined || after === undefined) return skip();
  const gate = await openTrafficPort({ tls: { ...before, minVersion: 'TLSv1.2' } });
  const old = await openRawTls(gate.port);
  old.send(post('{}'));
  await old.answers(1);

  gate.server.setTls({ ...after, minVersion: 'TLSv1.2' });
  const fresh = await openRawTls(gate.port);
  fresh.send(post('{}'));
  old.send(post('{}'));

  expect(await fresh.answers(1)).toEqual([200]);
  expect(await old.answers(2)).toEqual([200, 200]);
  expect([nameOf(old), nameOf(fresh)]).toEqual(['DNS:before.test', 'DNS:after.test']);
  expect((fresh.socket as TLSSocket).alpnProtocol).toBe('http/1.1');
});

test('unusable material changes nothing', async ({ skip }) => {
  const certificate = selfSignedCertificate(['DNS:gate.test']);
  if (certificate === undefined) return skip();
  const gate = await openTrafficPort({ tls: { ...certificate, minVersion: 'TLSv1.2' } });

  expect(() => gate.server.setTls({ cert: 'no', key: 'no', minVersion: 'TLSv1.2' })).toThrow();
  const client = await openRawTls(gate.port);
  client.send(post('{}'));

  expect(await client.answers(1)).toEqual([200]);
});

test('an older TLS than configured is refused', async ({ skip }) => {
  const certificate = selfSignedCertificate(['DNS:gate.test']);
  if (certificate === undefined) return skip();
  const gate = await openTrafficPort({ tls: { ...certificate, minVersion: 'TLSv1.3' } });

  await expect(openRawTls(gate.port, undefined, 'TLSv1.2')).rejects.toThrow(/version/);
  await expect.poll(() => gate.refusedConnections).toEqual(['tls_handshake']);
});

function nameOf(client: RawClient): string | undefined {
  return (client.socket as TLSSocket).getPeerCertificate().subjectaltname;
}
