import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { createHeldReviews } from '../../src/app/inject/held-reviews.ts';
import { createReviewServer } from '../../src/server/review-server.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';

/** On a thread of its own, so that its next request may lie there when the server next looks. Posts one after the other. */
const apiServer = `
  const { Agent, request } = require('node:https');
  const { parentPort, workerData } = require('node:worker_threads');
  const post = (agent) => new Promise((resolve) => {
    const sent = request({ ...workerData, agent, method: 'POST', headers: { 'Content-Type': 'application/json' } });
    sent.once('response', (answer) => answer.resume().once('end', () => resolve(answer.statusCode)));
    sent.once('error', (error) => resolve(error.code)).end('{}');
  });
  const lane = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const outcomes = [];
    for (let index = 0; index < 500; index++) outcomes.push(await post(agent));
    return outcomes;
  };
  Promise.all([lane(), lane(), lane(), lane()]).then((all) => parentPort.postMessage(all.flat()));
`;

/** Node tells a turn of its event loop late that an answer was written over TLS, so that the next request looks too early. */
test('reviews that follow each other over one connection are all answered', async ({ skip }) => {
  const certificate = selfSignedCertificate(['IP:127.0.0.1']);
  if (certificate === undefined) return skip();
  const server = createReviewServer({
    host: '127.0.0.1',
    port: 0,
    tls: certificate,
    hold: createHeldReviews(),
    onMalformed: () => {},
    onFault: () => {},
    reviews: { '/review': () => new Promise((resolve) => setImmediate(resolve, '{}')) },
  });
  onTestFinished(() => server.close(0));
  const { port } = await server.listen();
  const workerData = { host: '127.0.0.1', port, path: '/review', ca: certificate.cert };
  const worker = new Worker(apiServer, { eval: true, workerData });
  onTestFinished(async () => void (await worker.terminate()));

  const [outcomes] = await once(worker, 'message');

  expect([...new Set(outcomes)]).toEqual([200]);
});
