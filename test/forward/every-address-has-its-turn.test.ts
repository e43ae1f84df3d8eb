import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createDial, type DialRules } from '../../src/forward/dial.ts';
import { answer200, startScriptedApplication } from '../support/scripted-application.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

/** Which address a connection came to, or the error. */
function dial(rules: Partial<DialRules> & Pick<DialRules, 'url'>): Promise<string | Error> {
  return new Promise((resolve) => {
    createDial({ addresses: [], connectTimeoutMs: 5_000, ...rules })((error, socket) => {
      onTestFinished(() => void socket?.destroy());
      resolve(error ?? socket?.remoteAddress ?? 'none');
    });
  });
}

async function listening(host: string, port = 0, onConnection: (socket: Socket) => void = () => {}) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onConnection(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, sockets };
}

test.each([
  ['on IPv4 only', '127.0.0.1', ['::1', '127.0.0.1']],
  ['on IPv6 only', '::1', ['127.0.0.1', '::1']],
  ['on the last of many', '127.0.0.9', ['127.0.0.5', '127.0.0.6', '127.0.0.7', '127.0.0.8', '127.0.0.9']],
])('an application %s is found among the addresses given', async (_, host, addresses) => {
  const { port } = await listening(host);
  expect(await dial({ url: new URL(`http://app.invalid:${port}`), addresses })).toBe(host);
});

test('the addresses take the place of the name, and Host stays the one of the sender', async () => {
  const application = await startScriptedApplication(answer200);
  const url = new URL(`http://app.invalid:${application.url.port}/prefix`);
  const upstream = testUpstream(url, { addresses: ['127.0.0.1'] });

  expect(await upstream.send(anEvent('{}', ['Host', 'shop.test']))).toMatchObject({ kind: 'answered' });

  expect(application.requests[0]).toMatch(/^POST \/prefix\/webhooks HTTP\/1\.1\r\n/);
  expect(application.requests[0]).toMatch(/\r\nhost: shop\.test\r\n/i);
});

test('a name is resolved where no addresses are given, and each of its addresses is tried', async () => {
  const { port } = await listening('127.0.0.1');
  expect(await dial({ url: new URL(`http://localhost:${port}`) })).toBe('127.0.0.1');
});

test('an address that answers late is not given up before the deadline, whatever became of the others', async ({
  skip,
}) => {
  const certificate = selfSignedCertificate(['DNS:app.test']);
  if (certificate === undefined) return skip();
  const secure = createTlsServer(certificate).on('error', () => {});
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { port } = await listening('127.0.0.1', 0, (socket) => {
    // Much later than the 250 ms after which Node's own way gives an address up, and shortly before the deadline.
    vi.advanceTimersByTime(19_000);
    setImmediate(() => secure.emit('connection', socket));
  });
  const rules = {
    url: new URL(`https://app.test:${port}`),
    caPem: certificate.cert,
    connectTimeoutMs: 20_000,
  };
  expect(await dial({ ...rules, addresses: ['127.0.0.1', '127.0.0.2'] })).toBe('127.0.0.1');
  expect(await dial({ ...rules, addresses: ['127.0.0.2', '127.0.0.1', '127.0.0.3'] })).toBe('127.0.0.1');
});

test('an address that says nothing holds the next one up for a moment only, and is let go', async ({
  skip,
}) => {
  const certificate = selfSignedCertificate(['DNS:app.test']);
  if (certificate === undefined) return skip();
  const silent = await listening('127.0.0.1');
  const secure = createTlsServer(certificate).on('error', () => {});
  await listening('127.0.0.2', silent.port, (socket) => void secure.emit('connection', socket));
  const url = new URL(`https://app.test:${silent.port}`);

  expect(
    await dial({
      url,
      caPem: certificate.cert,
      addresses: ['127.0.0.1', '127.0.0.2'],
      connectTimeoutMs: 60_000,
    }),
  ).toBe('127.0.0.2');

  for (const socket of silent.sockets) if (!socket.closed) await once(socket.resume(), 'close');
});

test('when all fail, each is named with its reason, and the code is there to be told by', async () => {
  const { port } = await listening('127.0.0.1');
  const error = await dial({
    url: new URL(`http://app.invalid:${port}`),
    addresses: ['127.0.0.2', '127.0.0.3'],
  });
  expect(error).toMatchObject({
    code: 'ECONNREFUSED',
    message: `connect ECONNREFUSED 127.0.0.2:${port}; connect ECONNREFUSED 127.0.0.3:${port}`,
  });
});

test('when none answers in time, the time is what is told, once', async () => {
  const silent = await listening('127.0.0.1');
  const error = await dial({
    url: new URL(`https://app.test:${silent.port}`),
    addresses: ['127.0.0.2', '127.0.0.1'],
    connectTimeoutMs: 300,
  });
  expect(error).toMatchObject({
    code: 'ETIMEDOUT',
    message: `no connection to app.test:${silent.port} within 300 ms; connect ECONNREFUSED 127.0.0.2:${silent.port}`,
  });
});
