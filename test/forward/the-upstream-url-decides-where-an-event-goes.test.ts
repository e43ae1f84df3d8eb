import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { startScriptedApplication } from '../support/scripted-application.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

test('a path prefix is put before the path, and the query is kept', async () => {
  const application = await startScriptedApplication();
  const upstream = testUpstream(new URL('/inner/', application.url));

  await upstream.send(anEvent('{}', [], '/webhooks/juicyway?a=%2f&b'));

  expect(application.requests[0]).toMatch(/^POST \/inner\/webhooks\/juicyway\?a=%2f&b HTTP\/1\.1\r\n/);
});

test('the body arrives byte for byte, with its length and the Host that was given', async () => {
  const application = await startScriptedApplication();
  const upstream = testUpstream(application.url);
  const text = '{"event":"a","data":{"n":1.0e20,"s":"\\u00e9"} }\n';

  await upstream.send(anEvent(text, ['Host', 'shop.example', 'X-Latin', 'caf\xe9']));

  const [head, body] = application.requests[0]?.split('\r\n\r\n') ?? [];
  expect(body).toBe(text);
  expect(head?.split('\r\n').slice(1)).toEqual([
    'Host: shop.example',
    'Connection: keep-alive',
    'Content-Type: application/json',
    'X-Latin: caf\xe9',
    `Content-Length: ${text.length}`,
  ]);
});

test('an empty body is sent with its length', async () => {
  const application = await startScriptedApplication();

  await testUpstream(application.url).send(anEvent(''));

  expect(application.requests[0]).toMatch(/^content-length: 0\r$/im);
});

test('over TLS, the certificate and the server name are those of the URL, whatever Host says', async ({
  skip,
}) => {
  const certificate = selfSignedCertificate(['DNS:localhost', 'IP:127.0.0.1']);
  if (certificate === undefined) return skip();
  const seen: unknown[] = [];
  let connections = 0;
  const application = createServer(certificate, (request, response) => {
    seen.push([request.headers.host, (request.socket as TLSSocket & { servername?: string }).servername]);
    request.resume().on('end', () => response.end('ok'));
  });
  application.on('secureConnection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void application.close());
  const { port } = application.address() as AddressInfo;
  const rules = { caPem: certificate.cert, connections: 1 };

  const byName = testUpstream(new URL(`https://localhost:${port}`), rules);
  for (const host of ['one.example', 'two.example', 'one.example']) {
    expect(await byName.send(anEvent('{}', ['Host', host]))).toMatchObject({ kind: 'answered', status: 200 });
  }
  const byAddress = testUpstream(new URL(`https://127.0.0.1:${port}`), rules);
  expect(await byAddress.send(anEvent('{}', ['Host', 'one.example']))).toMatchObject({ kind: 'answered' });

  expect(seen).toEqual([
    ['one.example', 'localhost'],
    ['two.example', 'localhost'],
    ['one.example', 'localhost'],
    ['one.example', false],
  ]);
  expect(connections).toBe(2);
});

test.for<[string, string[], boolean, RegExp]>([
  ['that no authority vouches for', ['IP:127.0.0.1'], false, /SELF_SIGNED/],
  ['for another name', ['DNS:other.example'], true, /ALTNAME/],
])(
  'a certificate %s makes the application unreachable, and the pool goes on refusing',
  async ([_name, names, known, code], { skip }) => {
    const certificate = selfSignedCertificate(names);
    if (certificate === undefined) return skip();
    let requests = 0;
    const application = createServer(certificate, () => {
      requests += 1;
    });
    application.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void application.close());
    const { port } = application.address() as AddressInfo;
    const upstream = testUpstream(new URL(`https://127.0.0.1:${port}`), {
      connections: 2,
      ...(known ? { caPem: certificate.cert } : {}),
    });

    for (const result of await Promise.all(Array.from({ length: 6 }, () => upstream.send(anEvent())))) {
      expect(result).toMatchObject({ kind: 'unreachable', cause: { code: expect.stringMatching(code) } });
    }
    expect(requests).toBe(0);
  },
);
