import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { post } from '../support/raw-http.ts';
import { openTrafficPort, readThenAccept } from '../support/traffic-port.ts';

/** A sender in a thread of its own: it ends its body while the test's thread stands still, and tells of the answer. */
const sender = `
  const { parentPort, workerData: { words, port, begin, end } } = require('node:worker_threads');
  const socket = require('node:net').connect(port, '127.0.0.1', () => socket.write(begin, () => {
    Atomics.wait(words, 0, 0);
    socket.write(end, () => {
      Atomics.store(words, 1, 1);
      Atomics.notify(words, 1);
    });
  }));
  socket.once('data', (answer) => parentPort.postMessage(answer.toString('latin1')));
`;

test('a body that came in time, while the gate stood still past the deadline, is no timeout', async () => {
  const timeoutMs = 500;
  const bodies: string[] = [];
  const gate = await openTrafficPort({ judge: readThenAccept(bodies, { maxBytes: 1000, timeoutMs }) });
  const words = new Int32Array(new SharedArrayBuffer(12));
  const [begin, end] = [post('{"a":1}').slice(0, -3), post('{"a":1}').slice(-3)];
  const workerData = { words, port: gate.port, begin, end };
  const worker = new Worker(sender, { eval: true, workerData });
  onTestFinished(async () => void (await worker.terminate()));
  const answer = once(worker, 'message');
  await expect.poll(() => gate.judged.length).toBe(1);

  // From here the loop goes on with its timers, before it looks at its sockets.
  await nextTurn();
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
  Atomics.wait(words, 1, 0);
  // Nobody writes this word: the thread stands still, its timers with it.
  Atomics.wait(words, 2, 0, timeoutMs + 50);

  expect((await answer)[0]).toMatch(/^HTTP\/1\.1 200 /);
  expect(bodies).toEqual(['{"a":1}']);
});
