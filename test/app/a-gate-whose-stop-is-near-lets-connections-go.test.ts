import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startPlainApplication } from '../support/plain-application.ts';
import { runGate } from '../support/running-gate.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** The command of the chart's preStop hook. */
async function runHook(socket: string): Promise<number | null> {
  const script = `require('node:net').connect(${JSON.stringify(socket)})`;
  const hook = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  const [status] = (await once(hook, 'exit')) as [number | null];
  return status;
}

test('who connects to the socket: every answer says close, and all else goes on', async () => {
  const application = await startPlainApplication((_request, response) => response.end('hello'));
  const socket = join(temporaryDirectory(), 'stop');
  // A process that was killed leaves its socket behind.
  const listen = `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', listen], { stdio: 'ignore' }), 'exit');
  expect(existsSync(socket)).toBe(true);
  const gate = await runGate(application.url, {
    otherPaths: 'passthrough',
    drain: `{ delay: 0ms, socket: ${socket} }`,
  });
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

  expect(await runHook(socket)).toBe(0);
  expect(await ask()).toEqual({ status: before.status, connection: 'close' });
  expect(await runHook(socket)).toBe(0);
  expect(await ask()).toEqual({ status: before.status, connection: 'close' });
  expect((await fetch(`${gate.adminUrl}/readyz`)).status).toBe(200);
});

test('the hook fails where no gate listens', async () => {
  expect(await runHook(join(temporaryDirectory(), 'stop'))).not.toBe(0);
});

test("a file in the socket's place is somebody's: it stays, and the start fails with a sentence", async () => {
  const application = await startPlainApplication();
  const socket = join(temporaryDirectory(), 'allowlist.yaml');
  writeFileSync(socket, 'addresses: []');
  await expect(runGate(application.url, { drain: `{ delay: 0ms, socket: ${socket} }` })).rejects.toThrow(
    /drain\.socket: found something else than a socket at .*allowlist\.yaml/,
  );
  expect(readFileSync(socket, 'utf8')).toBe('addresses: []');
});
