import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { startEventApplication } from '../support/event-application.ts';
import { replaceFile } from '../support/replace-file.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const patience = { timeout: 15_000, interval: 50 };
const success = 'hookgate_config_reloads_total{result="success"}';
const failure = 'hookgate_config_reloads_total{result="failure"}';

test('a file that changes after it was read and before the gate runs is read again', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, {}, ({ allowlistFile }) => {
    writeFileSync(allowlistFile, 'addresses:\n  - 203.0.113.7\n');
    return createMemoryStore({ now: () => performance.now(), maxKeys: 10 });
  });

  await vi.waitFor(async () => {
    expect(await gate.post(signedEvent('payment.a', { n: 1 }))).toMatchObject({
      code: 'address_not_allowed',
    });
  }, patience);
});

test('files that stay as they are cause no reload at the start', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);

  replaceFile(gate.allowlistFile, 'addresses:\n  - 127.0.0.1\n  - 203.0.113.7\n');

  await vi.waitFor(
    async () => expect(await gate.metric('hookgate_allowlist_entries{route="juicyway"}')).toBe(2),
    patience,
  );
  expect(await gate.metric(success)).toBe(1);
});

test('a new key verifies beside the old one, and an old one that is removed no longer does', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);
  const secret = Buffer.from('the-next-business-id');

  replaceFile(join(gate.keysDirectory, 'next'), secret);
  await vi.waitFor(async () => expect(await gate.metric(success)).toBe(1), patience);
  expect((await gate.post(signedEvent('payment.a', { n: 1 }))).status).toBe(200);
  expect((await gate.post(signedEvent('payment.a', { n: 2 }, { secret }))).status).toBe(200);

  rmSync(join(gate.keysDirectory, 'primary'));
  await vi.waitFor(async () => expect(await gate.metric(success)).toBe(2), patience);
  expect((await gate.post(signedEvent('payment.a', { n: 3 }))).code).toBe('checksum_mismatch');
  expect((await gate.post(signedEvent('payment.a', { n: 4 }, { secret }))).status).toBe(200);
  expect(application.events.map(({ headers }) => headers['hookgate-key'])).toEqual([
    'primary',
    'next',
    'next',
  ]);
});

test('a mount that Kubernetes swaps by its ..data link is read whole', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, {
    allowlist: '{ mode: "off" }',
  });
  const mount = join(gate.directory, 'mount');
  swapMount(mount, 'first', 'addresses:\n  - 127.0.0.1\n');
  const config = readFileSync(gate.configFile, 'utf8');
  writeFileSync(
    gate.configFile,
    config.replace('{ mode: "off" }', `{ file: ${join(mount, 'allowlist.yaml')} }`),
  );
  await vi.waitFor(
    async () => expect(await gate.metric('hookgate_allowlist_entries{route="juicyway"}')).toBe(1),
    patience,
  );

  swapMount(mount, 'second', 'addresses:\n  - 203.0.113.7\n  - 203.0.113.8\n');

  await vi.waitFor(
    async () => expect(await gate.metric('hookgate_allowlist_entries{route="juicyway"}')).toBe(2),
    patience,
  );
  expect((await gate.post(signedEvent('payment.a', { n: 1 }))).code).toBe('address_not_allowed');
});

test.each([
  ['allowlist', 'addresses:\n  - 127.0.0.1\n  - 300.1.2.3\n', 'allowlist.yaml'],
  ['allowlist', 'addresses: [127.0.0.1', 'allowlist.yaml'],
  ['config', 'routes: {}\n', 'hookgate.yaml'],
  ['keys', '', 'primary'],
])('a broken %s changes nothing, is told, and is over once it is mended (%#)', async (which, text, named) => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);

  const files: Record<string, string> = {
    allowlist: gate.allowlistFile,
    config: gate.configFile,
    keys: join(gate.keysDirectory, 'primary'),
  };
  const file = files[which] as string;
  const before = readFileSync(file);

  writeFileSync(file, text);
  await vi.waitFor(async () => expect(await gate.metric(failure)).toBeGreaterThan(0), patience);
  expect((await gate.post(signedEvent('payment.a', { n: 1 }))).status).toBe(200);
  expect(await gate.metric('hookgate_config_last_reload_successful')).toBe(0);
  const status = (await (await fetch(`${gate.adminUrl}/status`)).json()) as {
    config: { lastFailure: { problems: string[] } };
  };
  expect(status.config.lastFailure.problems.join('\n')).toContain(named);
  expect((await fetch(`${gate.adminUrl}/readyz`)).status).toBe(200);

  writeFileSync(file, before);
  await vi.waitFor(
    async () => expect(await gate.metric('hookgate_config_last_reload_successful')).toBe(1),
    patience,
  );
  expect((await gate.post(signedEvent('payment.a', { n: 2 }))).status).toBe(200);
});

test('a change that takes a restart is refused as a whole, with the keys that take it', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);

  writeFileSync(gate.configFile, `${readFileSync(gate.configFile, 'utf8')}otherPaths: passthrough\n`);
  await gate.gate.reload();

  const status = (await (await fetch(`${gate.adminUrl}/status`)).json()) as {
    config: { lastFailure: { problems: string[] } };
  };
  expect(status.config.lastFailure.problems).toEqual([
    `${gate.configFile}: otherPaths: changed, which takes a restart; nothing of the change is in force`,
  ]);
});

/** As the kubelet does: a new directory, and a link that is renamed over the old one. */
function swapMount(mount: string, generation: string, text: string): void {
  mkdirSync(join(mount, `..${generation}`), { recursive: true });
  writeFileSync(join(mount, `..${generation}`, 'allowlist.yaml'), text);
  symlinkSync(`..${generation}`, join(mount, '..data_tmp'));
  renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
  try {
    symlinkSync(join('..data', 'allowlist.yaml'), join(mount, 'allowlist.yaml'));
  } catch (error) {
    // The second generation finds the link of the first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
