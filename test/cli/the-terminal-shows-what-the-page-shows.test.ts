import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Overview } from '../../src/overview/overview.ts';
import { keysText, statusText, suggestionText } from '../../src/overview/terminal.ts';
import { aBusyOverview } from '../support/a-busy-overview.ts';
import { startPlainApplication } from '../support/plain-application.ts';
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

test('no line commands the terminal, whatever strangers sent', () => {
  const overview = aBusyOverview();
  for (const text of [statusText(overview), keysText(overview), suggestionText(overview)])
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
});
