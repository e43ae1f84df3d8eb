import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

/** On a thread of its own, so that its answer may lie there when the gate next looks. Tells its port, and of each connection. */
const application = `
  const { createServer } = require('node:https');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer({ ...workerData, keepAliveTimeout: 60_000 }, (request, response) => {
    request.resume().once('end', () => response.end());
  });
  server.on('secureConnection', () => parentPort.postMessage('connection'));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** Node tells a turn of its event loop late that something was written over TLS, so that answers look as if they came early. */
test('events to an application over TLS, of any length, share as many connections as are needed at a time', async ({
  skip,
}) => {
  const certificate = selfSignedCertificate(['IP:127.0.0.1']);
  if (certificate === undefined) return skip();
  const { key, cert } = certificate;
  const worker = new Worker(application, { eval: true, workerData: { key, cert } });
  onTestFinished(async () => void (await worker.terminate()));
  const [port] = await once(worker, 'message');
  let connections = 0;
  worker.on('message', () => {
    connections += 1;
  });
  const url = new URL(`https://127.0.0.1:${port}`);
  const upstream = testUpstream(url, { caPem: cert, timeoutMs: 30_000, connections: 4 });

  for (let round = 0; round < 100; round++) {
    const sent = [1_000, 100_000, 1_000, 20_000].map((bytes) => upstream.send(anEvent('x'.repeat(bytes))));
    for (const result of await Promise.all(sent)) expect(result).toMatchObject({ status: 200 });
  }

  expect(connections).toBe(4);
});
