import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Node would take the TLS server name from the client's Host header, and check the certificate against that. */
test.for<[string, string[], number]>([
  ['GET', [], 200],
  ['an upgrade', ['Connection: Upgrade', 'Upgrade: websocket'], 426],
])('over TLS, whatever the client calls it: %s', async ([_, lines, status], { skip }) => {
  const certificate = selfSignedCertificate(['DNS:localhost']);
  if (certificate === undefined) return skip();
  const names: unknown[] = [];
  const server = createServer(certificate, (request, response) => {
    names.push((request.socket as TLSSocket).servername);
    response.writeHead(request.headers.upgrade === undefined ? 200 : 426).end(request.headers.host);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const caFile = join(temporaryDirectory(), 'ca.pem');
  writeFileSync(caFile, certificate.cert);
  const { port } = server.address() as AddressInfo;
  const upstream = `{ url: "https://localhost:${port}", caFile: ${caFile} }`;
  const gate = await runGate('', { otherPaths: 'passthrough', upstream });
  const client = await openRaw(gate.port);
  client.send(['GET /other HTTP/1.1', 'Host: shop.test', ...lines, '', ''].join('\r\n'));
  expect(await client.answers(1)).toEqual([status]);
  await client.receives('shop.test');
  expect(names).toEqual(['localhost']);
});
