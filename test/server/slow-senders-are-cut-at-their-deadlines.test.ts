import { expect, test } from 'vitest';
import { Answer } from '../../src/delivery/answer.ts';
import { openRaw, openRawTls, post } from '../support/raw-http.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { openTrafficPort, readThenAccept } from '../support/traffic-port.ts';

const headerTimeMs = 200;

test('a head that dribbles in is answered 408 at its deadline', async () => {
  const gate = await openTrafficPort({ limits: { headerTimeMs } });
  const client = await openRaw(gate.port);
  const startedMs = performance.now();

  client.send('POST /hook HTTP/1.1\r\n');
  const dribble = setInterval(() => client.send('X-A: b\r\n'), 20);
  const answer = await client.closing();
  clearInterval(dribble);

  expect(performance.now() - startedMs).toBeLessThan(headerTimeMs + 1000);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(gate.rejected.map(({ rejection }) => rejection.code)).toEqual(['body_timeout']);
  expect(gate.judged).toEqual([]);
});

test('a connection that says nothing is closed without an answer', async () => {
  const gate = await openTrafficPort({ limits: { headerTimeMs } });
  const client = await openRaw(gate.port);

  expect(await client.closing()).toBe('');
  expect(gate.rejected).toEqual([]);
});

test('over TLS too', async ({ skip }) => {
  const certificate = selfSignedCertificate(['DNS:gate.test']);
  if (certificate === undefined) return skip();
  const gate = await openTrafficPort({
    tls: { ...certificate, minVersion: 'TLSv1.2' },
    limits: { headerTimeMs },
  });
  const silent = await openRawTls(gate.port);
  const withoutHandshake = await openRaw(gate.port);

  expect(await silent.closing()).toBe('');
  expect(await withoutHandshake.closing()).toBe('');
  expect(gate.refusedConnections).toEqual(['tls_handshake']);
});

test('a body that dribbles in is answered 408 at its own deadline', async () => {
  const gate = await openTrafficPort({ judge: readThenAccept([], { maxBytes: 1000, timeoutMs: 150 }) });
  const client = await openRaw(gate.port);

  client.send(post('{}').slice(0, -1));

  expect(await client.closing()).toContain('"code":"body_timeout"');
});

test('an idle connection is closed after the keep-alive time', async () => {
  const gate = await openTrafficPort({ limits: { keepAliveMs: 100 } });
  const client = await openRaw(gate.port);

  client.send(post('{}'));
  expect(await client.answers(1)).toEqual([200]);
  await client.closing();

  expect(client.errorCode).toBeUndefined();
});

test('a sender that does not take its answer in is cut off', async () => {
  const big = Buffer.alloc(32 * 1024 ** 2);
  const gate = await openTrafficPort({
    judge: () => new Answer('forwarded', 200, [], big),
    limits: { answerTimeMs: 200 },
  });
  const client = await openRaw(gate.port);
  client.socket.pause();

  client.send(post(''));
  await expect.poll(() => gate.judged.length).toBe(1);
  await expect.poll(() => gate.server.openConnections(), { timeout: 5000 }).toBe(0);

  client.socket.resume();
  await client.closing();
  expect(client.received.length).toBeLessThan(big.length);
});

test('500 slow senders do not hold up a good one', async () => {
  const gate = await openTrafficPort({ limits: { headerTimeMs: 3_000 } });
  const slow = await Promise.all(Array.from({ length: 500 }, () => openRaw(gate.port)));
  for (const [index, client] of slow.entries()) {
    client.send(index % 2 === 0 ? 'POST /hook HTTP/1.1\r\n' : post('{}').slice(0, -1));
  }
  const good = await openRaw(gate.port);

  for (let count = 1; count <= 50; count++) {
    good.send(post('{}'));
    expect(await good.answers(count)).toHaveLength(count);
  }
  expect(slow.filter((client) => client.closed)).toEqual([]);

  const closed = await Promise.all(slow.map((client) => client.closing()));
  expect(closed.every((answer) => answer.startsWith('HTTP/1.1 408 '))).toBe(true);
});
