import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { replaceFile } from '../support/replace-file.ts';
import { type GateForTest, runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

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
      allowlistMode: 'enforce',
      checksumMode: 'enforce',
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
    allowlist: { entries: 1, since: time, ageSeconds: expect.any(Number) },
    store: { kind: 'embedded', up: true, detail: expect.any(String), remembered: 0 },
    inFlight: 0,
    unrecorded: 0,
  });
  expect((await statusOf(gate)).keys).toEqual([{ name: 'primary', lastMatch: time }]);
});

test('the age of the allowlist begins anew only when the list is another one', async () => {
  const gate = await runGate((await startEventApplication()).url);
  const { since } = (await statusOf(gate)).allowlist as { since: string };

  replaceFile(gate.allowlistFile, '# the same list\naddresses: [127.0.0.1]\n');
  await gate.gate.reload();
  expect((await statusOf(gate)).allowlist).toMatchObject({ entries: 1, since });

  replaceFile(gate.allowlistFile, 'addresses: [127.0.0.2]\n');
  await gate.gate.reload();
  const after = (await statusOf(gate)).allowlist as { entries: number; since: string };
  expect(after.entries).toBe(1);
  expect(Date.parse(after.since)).toBeGreaterThan(Date.parse(since));
});
