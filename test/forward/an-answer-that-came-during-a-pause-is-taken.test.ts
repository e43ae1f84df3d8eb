import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

/** An application in a thread of its own: it tells of an event, and answers it while the test's thread stands still. */
const application = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => {
      parentPort.postMessage('received');
      Atomics.wait(workerData, 0, 0);
      response.end('accepted', () => {
        Atomics.store(workerData, 1, 1);
        Atomics.notify(workerData, 1);
      });
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('an answer that came in time, while the gate stood still past the deadline, is no timeout', async () => {
  const words = new Int32Array(new SharedArrayBuffer(12));
  const worker = new Worker(application, { eval: true, workerData: words });
  onTestFinished(async () => void (await worker.terminate()));
  const [port] = (await once(worker, 'message')) as [number];
  const timeoutMs = 500;
  const upstream = testUpstream(new URL(`http://127.0.0.1:${port}`), { timeoutMs });
  const received = once(worker, 'message');
  const result = upstream.send(anEvent());
  await received;

  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
  Atomics.wait(words, 1, 0);
  // Nobody writes this word: the thread stands still, its timers with it.
  Atomics.wait(words, 2, 0, timeoutMs + 50);

  expect(await result).toMatchObject({ kind: 'answered', status: 200 });
});
