import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSampleApplication } from '../../demo/sample-application.ts';
import { businessId, runSendCommand } from '../support/run-send-command.ts';

async function receiver() {
  const application = await startSampleApplication();
  onTestFinished(() => application.close());
  return application;
}

/** What the provider documents: HMAC-SHA256 over `event|data`, compared without the gate's own code. */
function checksumHolds(body: string): boolean {
  const { event, checksum } = JSON.parse(body) as { event: string; checksum?: string };
  const data = /"data":(\{.*\})(?:,"|\}$)/s.exec(body)?.[1] ?? '';
  const texts = [data, JSON.stringify(sorted(JSON.parse(data)))];
  return texts.some(
    (text) =>
      createHmac('sha256', businessId).update(`${event}|${text}`).digest('hex') === checksum?.toLowerCase(),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

test('a genuine event, signed as the provider signs', async () => {
  const application = await receiver();

  const { exitCode, stdout } = await runSendCommand(`${application.url}/webhooks/juicyway?x=1`);

  expect(exitCode).toBe(0);
  expect(application.deliveries).toHaveLength(1);
  const [delivery] = application.deliveries;
  expect(delivery?.path).toBe('/webhooks/juicyway?x=1');
  expect(delivery?.headers['content-type']).toBe('application/json');
  expect(checksumHolds(delivery?.body ?? '')).toBe(true);
  expect(stdout).toMatch(
    /^1 {2}payment\.session\.succeeded [0-9a-f-]{36} {2}200 {2}\d+\.\d ms\nsent 1, answered 200: 1/,
  );
});

test('--times makes distinct events, --repeat the same ones again', async () => {
  const application = await receiver();

  await runSendCommand(application.url, '--times', '3', '--repeat', '2', '--concurrency', '4');

  const references = application.deliveries.map((delivery) => delivery.reference ?? '');
  expect(new Set(references).size).toBe(3);
  for (const reference of references) expect(application.seen(reference)).toBe(2);
});

test('--data is sent as it was written; with --times its numbers keep their spelling', async () => {
  const application = await receiver();
  const data = '{"reference":"r","amount":10.50,"big":12345678901234567890,"e":1.0e20}';

  await runSendCommand(
    application.url,
    '--event',
    'deposit.received',
    '--data',
    data,
    '--encoding',
    'received',
  );
  await runSendCommand(application.url, '--data', data, '--times', '2');

  expect(application.deliveries[0]?.body).toContain(`"data":${data}`);
  expect(application.deliveries[0]?.body).toContain('"event":"deposit.received"');
  for (const { body, reference } of application.deliveries) {
    expect(body).toMatch(/10\.50\b/);
    expect(body).toContain('12345678901234567890');
    expect(body).toContain('1.0e20');
    expect(application.seen(reference ?? '')).toBe(1);
    if (reference === 'r') expect(checksumHolds(body)).toBe(true);
  }
});

test.each(['checksum', 'data', 'event', 'missing'])('--tamper %s spoils the event', async (what) => {
  const application = await receiver();

  await runSendCommand(application.url, '--tamper', what, '--times', '5');

  expect(application.deliveries).toHaveLength(5);
  for (const { body } of application.deliveries) {
    expect(checksumHolds(body)).toBe(false);
    expect('checksum' in JSON.parse(body)).toBe(what !== 'missing');
  }
});

test('--header adds header fields', async () => {
  const application = await receiver();

  await runSendCommand(application.url, '--header', 'X-A: 1', '--header', 'Content-Type: text/plain');

  expect(application.deliveries[0]?.headers).toMatchObject({ 'x-a': '1', 'content-type': 'text/plain' });
});

test('without --retries a refusal is final, and the exit status is 1', async () => {
  const application = await receiver();
  application.failNext(1, 503);

  const { exitCode, stdout } = await runSendCommand(application.url);

  expect(exitCode).toBe(1);
  expect(stdout).toContain('otherwise: 1 × 503');
  expect(stdout).toContain('not delivered: 1');
});

test('--retries sends the same event again until 200', async () => {
  const application = await receiver();
  application.failNext(2, 500);

  const { exitCode, stdout } = await runSendCommand(
    application.url,
    '--retries',
    '5',
    '--retry-interval',
    '5ms',
    '--json',
  );

  expect(exitCode).toBe(0);
  expect(application.deliveries.map((delivery) => delivery.status)).toEqual([500, 500, 200]);
  expect(new Set(application.deliveries.map((delivery) => delivery.body)).size).toBe(1);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => line.status)).toEqual([500, 500, 200, undefined]);
  expect(lines.at(-1).summary).toMatchObject({
    sent: 3,
    answered200: 1,
    others: { 500: 2 },
    undelivered: 0,
    unsent: 0,
  });
});

test('--rate starts no more than so many a second', async () => {
  const application = await receiver();
  const startedMs = performance.now();

  await runSendCommand(application.url, '--times', '11', '--rate', '50', '--concurrency', '11', '--quiet');

  expect(performance.now() - startedMs).toBeGreaterThan(190);
  expect(application.deliveries).toHaveLength(11);
});

test('nobody there: told as such, exit status 1', async () => {
  const { exitCode, stdout } = await runSendCommand('http://127.0.0.1:1/');

  expect(exitCode).toBe(1);
  expect(stdout).toContain('no answer: ECONNREFUSED');
});

test.each([
  [['--times', '0'], /1 or more/],
  [['--rate', 'fast'], /events a second/],
  [['--data', '[1]'], /JSON object/],
  [['--data', '@/nowhere'], /\/nowhere: found nothing there/],
  [['--retry-interval', '5'], /unit/],
  [['--header', 'no colon'], /Name: value/],
  [['--header', 'Expect: 100-continue'], /Expect is set/],
  [['--header', 'Host: a', '--header', 'Host: b'], /one Host/],
  [['--header', 'X-A: snow ☃'], /Name: value/],
  [['--tamper', 'all'], /checksum/],
  [['--url', 'ftp://x'], /http/],
  [['--key-file', '/nowhere'], /\/nowhere: found nothing there; expected/],
  [['--ca-file', '/nowhere'], /\/nowhere: found nothing there; expected/],
])('%j is a usage error', async (options, sentence) => {
  const { exitCode, stderr } = await runSendCommand('http://127.0.0.1:1/', ...options);

  expect(exitCode).toBe(2);
  expect(stderr).toMatch(sentence);
});

test('Ctrl-C ends with the summary so far', async () => {
  const application = await receiver();
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-send-'));
  const keyFile = join(directory, 'business-id');
  writeFileSync(keyFile, businessId);
  const words = ['send', '--url', application.url, '--key-file', keyFile, '--times', '1000', '--rate', '5'];
  const main = join(import.meta.dirname, '../../src/main.ts');
  const sender = spawn(process.execPath, [main, ...words]);
  onTestFinished(() => {
    sender.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });
  let stdout = '';
  for await (const chunk of sender.stdout) {
    if (stdout === '') sender.kill('SIGINT');
    stdout += chunk;
  }
  const exitCode = sender.exitCode ?? (await once(sender, 'exit'))[0];

  expect(stdout).toMatch(/\nsent \d, answered 200: \d/);
  // What was never on its way is no failure of whom it was for.
  const [sent, unsent] = [/\nsent (\d+)/, /\nnot sent: (\d+)/].map((figure) =>
    Number(figure.exec(stdout)?.[1]),
  );
  expect(unsent).toBeGreaterThan(990);
  expect((sent ?? 0) + (unsent ?? 0)).toBe(1000);
  expect(stdout).not.toMatch(/not delivered: \d\d/);
  expect(exitCode).toBe(1);
});

test('more deliveries at a time than there are cost nothing', async () => {
  const application = await receiver();
  const options = ['--times', '3', '--concurrency', '100000000'];
  const { exitCode } = await runSendCommand(`${application.url}/webhooks/juicyway`, ...options);
  expect(exitCode).toBe(0);
  expect(application.deliveries).toHaveLength(3);
});
