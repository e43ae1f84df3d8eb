import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { PassedExchange } from '../../src/forward/passed-exchange.ts';
import { createStandstill } from '../../src/forward/standstill.ts';
import { openRaw, openRawTls } from '../support/raw-http.ts';
import { requireProgram } from '../support/require-program.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';

/** A connection to an application that takes everything and says nothing. */
async function openApplication(): Promise<Socket> {
  const server = createTcpServer((socket) => void socket.resume().on('error', () => {})).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const none = (): void => {};

test.each([
  ['plain', false],
  ['over TLS', true],
] as const)(
  'the application answers while the gate refuses, %s: the refusal alone arrives',
  async (_, tls) => {
    if (tls && requireProgram('openssl') === undefined) return;
    const application = await openApplication();
    const server = tls ? createTlsServer({ ...selfSignedCertificate(['DNS:gate.test']) }) : createServer();
    onTestFinished(() => void server.close());
    const failures: unknown[] = [];
    server.on('request', (request, response) => {
      const exchange = new PassedExchange(
        { request, response, headers: [], requestId: 'x', hasBody: true },
        {
          prefix: '',
          host: 'a',
          standstill: createStandstill(1_000_000),
          uploadIdleMs: 60_000,
          onAnswered: none,
          onBytes: none,
          onFailed: (failure) => failures.push(failure),
        },
      );
      exchange.begin(application);
      exchange.write(application, 'close', none);
      // The gate has begun its own answer, and the application's comes before that has left.
      response.writeHead(400, { 'Content-Length': 7 });
      exchange.takeHead({ minorVersion: 1, status: 200, reason: 'OK', headers: ['Content-Length', '2'] });
      exchange.takeContent(Buffer.from('ok'));
      exchange.end();
      response.end('refused');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };

    const client = tls ? await openRawTls(port) : await openRaw(port);
    client.send('POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhalf');
    expect(await client.closing()).toMatch(/refused$/);
    expect(client.statuses).toEqual([400]);
    expect(failures).toEqual([]);
    expect(application.destroyed).toBe(true);
  },
);
