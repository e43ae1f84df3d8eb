import { Agent, get, type IncomingMessage } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { startPlainApplication } from '../support/plain-application.ts';
import { runGate } from '../support/running-gate.ts';

test('every answer says close, and all else goes on', async () => {
  const application = await startPlainApplication((_request, response) => response.end('hello'));
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const ask = async () => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      get(`http://127.0.0.1:${gate.port}/`, { agent }, resolve).on('error', reject),
    );
    answer.resume();
    return { status: answer.statusCode, connection: answer.headers.connection };
  };
  const before = await ask();
  expect(before.connection).toBe('keep-alive');

  gate.gate.releaseConnections();
  expect(await ask()).toEqual({ status: before.status, connection: 'close' });
  expect(await ask()).toEqual({ status: before.status, connection: 'close' });
  expect((await fetch(`${gate.adminUrl}/readyz`)).status).toBe(200);
});
