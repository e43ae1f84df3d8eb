import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { replaceFile } from '../support/replace-file.ts';
import { type GateForTest, runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

async function statusOf({ adminUrl }: GateForTest): Promise<Record<string, unknown>> {
  return (await (await fetch(`${adminUrl}/status`)).json()) as Record<string, unknown>;
}

test('versions, digest, keys with their last match, allowlist with its age, store', async () => {
  const gate = await runGate((await startEventApplication()).url);

  const before = await statusOf(gate);
  await gate.post(signedEvent('payment.session.succeeded', { n: 1 }));

  expect(before).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.version,
    startedAt: time,
    draining: false,
    config: {
      digest: expect.stringMatching(/^[0-9a-f]{12}$/),
      file: gate.configFile,
      lastSuccess: time,
      clientAddressFrom: 'peer',
      routes: [{ name: 'juicyway', path: '/webhooks/juicyway' }],
      held: [],
      warnings: [],
    },
    keys: [{ name: 'primary', lastMatch: null }],
    routes: [
      {
        name: 'juicyway',
        path: '/webhooks/juicyway',
        scheme: 'juicyway',
        covers: 'members',
        eventIsSigned: true,
        allowlistMode: 'enforce',
        checksumMode: 'enforce',
        onlyWatches: false,
        keys: [{ name: 'primary', lastMatch: null }],
        allowlistEntries: 1,
        retention: '7d',
        triesAgainFor: '2d',
        repeatable: {},
        upstream: expect.stringMatching(/^http:/),
        signsForwarded: false,
      },
    ],
    nearMisses: [],
    allowlist: { since: time, ageSeconds: expect.any(Number) },
    store: { kind: 'embedded', up: true, detail: expect.any(String), remembered: 0 },
    inFlight: 0,
    unrecorded: 0,
  });
  expect((await statusOf(gate)).keys).toEqual([{ name: 'primary', lastMatch: time }]);
});

test('each route tells its own allowlist and its own modes, and nothing speaks for all of them', async () => {
  const list = join(temporaryDirectory(), 'allowlist.yaml');
  writeFileSync(list, 'addresses: [203.0.113.7, 203.0.113.8]\n');
  const gate = await runGate((await startEventApplication()).url, {
    routes: `[{ name: first, path: /first }, { name: second, path: /second, allowlist: { mode: observe, file: ${list} } }]`,
  });

  const { config, routes, allowlist } = await statusOf(gate);

  expect(routes).toMatchObject([
    { name: 'first', allowlistMode: 'enforce', allowlistEntries: 1 },
    { name: 'second', allowlistMode: 'observe', allowlistEntries: 2 },
  ]);
  expect(allowlist).not.toHaveProperty('entries');
  expect(config).not.toHaveProperty('allowlistMode');
  expect(config).not.toHaveProperty('checksumMode');
});

test('the age of the allowlist begins anew only when the list is another one', async () => {
  const gate = await runGate((await startEventApplication()).url);
  const { since } = (await statusOf(gate)).allowlist as { since: string };

  replaceFile(gate.allowlistFile, '# the same list\naddresses: [127.0.0.1]\n');
  await gate.gate.reload();
  expect((await statusOf(gate)).allowlist).toMatchObject({ since });

  replaceFile(gate.allowlistFile, 'addresses: [127.0.0.2]\n');
  await gate.gate.reload();
  const after = (await statusOf(gate)).allowlist as { since: string };
  expect(Date.parse(after.since)).toBeGreaterThan(Date.parse(since));
});
