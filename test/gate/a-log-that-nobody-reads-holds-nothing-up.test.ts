import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createReadStream, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { postEvent } from '../support/post-event.ts';
import { readMetric } from '../support/read-metric.ts';
import { signedEvent } from '../support/sign-event.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { until } from '../support/until.ts';

/** A pipe as a container runtime has it: 64 KiB, and then whoever writes has to wait for the reader. */
function makePipe(): { readonly reader: number; readonly writer: number } {
  const path = join(temporaryDirectory(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY) };
}

async function startGate(writer: number): Promise<{ gate: ChildProcess; url: string; adminUrl: string }> {
  const places = await prepareGate((await startEventApplication()).url);
  const gate = await startGateProcess(places, { stdout: writer, env: { HOOKGATE_DRAIN_DELAY: '0s' } });
  closeSync(writer);
  return {
    gate,
    url: `http://127.0.0.1:${places.port}/webhooks/juicyway`,
    adminUrl: `http://127.0.0.1:${places.adminPort}`,
  };
}

/** Refusals, with a line of about 280 characters in the log each. */
async function refuse(url: string, count: number): Promise<void> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: 32 });
  const refused = Array.from({ length: count }, async () => {
    const { statusCode, body } = await pool.request({ path, method: 'GET' });
    await body.dump();
    expect(statusCode).toBe(405);
  });
  await Promise.all(refused);
  await pool.close();
}

// A request for every line of 4 MiB: seconds, and many of them where much else runs.
test('events are delivered, lines beyond the bound are dropped and counted, and a stop ends with 0', {
  timeout: 120_000,
}, async () => {
  const { reader, writer } = makePipe();
  onTestFinished(() => closeSync(reader));
  const { gate, url, adminUrl } = await startGate(writer);
  expect(await readMetric(adminUrl, 'hookgate_log_lines_dropped_total')).toBe(0);

  await refuse(url, 22_000);

  expect(await readMetric(adminUrl, 'hookgate_log_lines_dropped_total')).toBeGreaterThan(100);
  expect((await postEvent(url, signedEvent('payment.a', { n: 1 }))).status).toBe(200);
  const exit = once(gate, 'exit');
  gate.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

test('once somebody reads again, every line that was not dropped comes whole and in order', async () => {
  const { reader, writer } = makePipe();
  const { gate, url } = await startGate(writer);
  await refuse(url, 1000);

  const lines: { reason?: string; msg: string }[] = [];
  // Opened a second time, since a stream reads a pipe only in blocking mode.
  const readAgain = createReadStream(`/proc/self/fd/${reader}`);
  const input = createInterface(readAgain);
  input.on('line', (line) => lines.push(JSON.parse(line) as (typeof lines)[number]));
  await until(() => lines.filter(({ reason }) => reason !== undefined).length === 1000);
  closeSync(reader);
  gate.kill('SIGTERM');
  await once(input, 'close');

  expect(lines.map(({ msg }) => msg)).toEqual([
    'ready',
    ...Array(1000).fill('delivery'),
    'draining',
    'stopped',
  ]);
});

test('a reader that has gone changes nothing', async () => {
  const { reader, writer } = makePipe();
  const { gate, url } = await startGate(writer);
  closeSync(reader);

  await refuse(url, 500);

  expect((await postEvent(url, signedEvent('payment.a', { n: 1 }))).status).toBe(200);
  const exit = once(gate, 'exit');
  gate.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});
