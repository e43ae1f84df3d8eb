import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { Overview } from '../../src/overview/overview.ts';
import { keysText, statusText, suggestionText } from '../../src/overview/terminal.ts';
import { aBusyOverview } from '../support/a-busy-overview.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { startPlainApplication } from '../support/plain-application.ts';
import { postEvent } from '../support/post-event.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;

async function hookgate(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [program, ...args])) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

test('from nothing known of the addresses to an enforced allowlist by what it prints', async () => {
  const application = await startPlainApplication();
  const gate = await runGate(application.url, { allowlist: '{ mode: observe, file: ALLOWLIST_FILE }' });
  writeFileSync(gate.allowlistFile, 'addresses: []\n');
  await gate.gate.reload();
  expect((await gate.post(signedEvent('payment.session.succeeded', { amount: 1 }))).status).toBe(200);

  const status = await hookgate('status', '--url', gate.adminUrl);
  expect(status.code).toBe(0);
  expect(status.stdout).toContain('1 event in the last hour, all delivered.');
  expect(status.stdout).toContain(
    '1 address on no allowlist, with events that verify: hookgate allowlist suggest',
  );

  const suggested = await hookgate('allowlist', 'suggest', '--url', gate.adminUrl);
  writeFileSync(gate.allowlistFile, suggested.stdout);
  await gate.gate.reload();
  const after = await hookgate('status', '--url', gate.adminUrl, '--json');
  expect((JSON.parse(after.stdout) as Overview).routes[0]?.allowlist).toEqual({
    mode: 'observe',
    entries: 1,
  });

  const keys = await hookgate('keys', '--url', gate.adminUrl);
  expect(keys.stdout).toMatch(/juicyway +primary +1 +\S+ +it is the only key of the route/);
});

test('a gate that is not there, and one that is called by a strange name, are said in a sentence', async () => {
  const gone = await hookgate('status', '--url', 'http://127.0.0.1:1');
  expect(gone).toMatchObject({ code: 1, stdout: '' });
  expect(gone.stderr).toContain('was not reached');
  expect(gone.stderr).not.toContain('    at ');
  expect((await hookgate('status', '--url', 'nonsense')).code).toBe(2);
});

test.each(['null', '"x"', '[]', '{}', '<html>', ''])(
  'somebody else, who answers %j, is said to be no gate',
  async (body) => {
    const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await hookgate('status', '--url', url)).toEqual({
      code: 1,
      stdout: '',
      stderr: `hookgate: ${url} was not reached: it answers 200, and not as a gate does\n`,
    });
  },
);

test('refused events that would have matched stand there with the line that would take them', () => {
  const overview = aBusyOverview();
  expect(statusText(overview)).toMatch(
    /Refused events that would have matched:\n {2}juicyway: Nearest match: key 2026-live.* Found once, last at \S+ \(r-near-miss\)\.\n.*The line for the file: checksum: \{ encodings/,
  );
});

test('the built gate finds out by itself why an event was refused, and a stop ends its search too', async () => {
  const application = await startPlainApplication();
  const places = await prepareGate(application.url);
  const gate = await startGateProcess(places);
  const withBlanks = signedEvent('e', '{"a": 1, "b": 2}')
    .toString()
    .replace('{"a": 1, "b": 2}', '{"a":1,"b":2}');
  const url = `http://127.0.0.1:${places.port}/webhooks/juicyway`;
  await expect
    .poll(
      async () => {
        expect((await postEvent(url, withBlanks)).status).toBe(401);
        return (await hookgate('status', '--url', `http://127.0.0.1:${places.adminPort}`)).stdout;
      },
      { interval: 500 },
    )
    .toContain('The line for the file: checksum: { encodings: [received, compact, sorted, compact+spaced] }');
  gate.kill('SIGTERM');
  const [code] = (await once(gate, 'exit')) as [number];
  expect(code).toBe(0);
});

test('no line commands the terminal, whatever strangers sent', () => {
  const overview = aBusyOverview();
  for (const text of [statusText(overview), keysText(overview), suggestionText(overview)])
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
});
