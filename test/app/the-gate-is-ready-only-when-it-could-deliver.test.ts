import { expect, test } from 'vitest';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { startEventApplication } from '../support/event-application.ts';
import { replaceFile } from '../support/replace-file.ts';
import { type GateForTest, runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

interface Readiness {
  readonly ready: boolean;
  readonly checks: Record<string, { ok: boolean; detail: string }>;
}

async function readiness({ adminUrl }: GateForTest): Promise<{ status: number; failing: string[] }> {
  const response = await fetch(`${adminUrl}/readyz`);
  const { ready, checks } = (await response.json()) as Readiness;
  expect(ready).toBe(response.status === 200);
  expect(Object.keys(checks)).toEqual(['config', 'keys', 'allowlist', 'store', 'shutdown']);
  const failing = Object.entries(checks).flatMap(([name, { ok }]) => (ok ? [] : [name]));
  return { status: response.status, failing };
}

test('with config, keys, allowlist and store it is ready', async () => {
  const gate = await runGate((await startEventApplication()).url);
  expect(await readiness(gate)).toEqual({ status: 200, failing: [] });
});

test('an allowlist that becomes empty is in force, refuses everybody, and says so', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);

  replaceFile(gate.allowlistFile, 'addresses: []\n');
  await gate.gate.reload();

  expect(await readiness(gate)).toEqual({ status: 503, failing: ['allowlist'] });
  expect(await gate.metric('hookgate_allowlist_entries{route="juicyway"}')).toBe(0);
  expect(await gate.post(signedEvent('payment.a', { n: 1 }))).toMatchObject({
    status: 403,
    code: 'allowlist_empty',
  });
  expect(application.events).toEqual([]);
});

test.each(['observe', '"off"'])('with allowlist.mode %s an empty list is no reason', async (mode) => {
  const gate = await runGate((await startEventApplication()).url, {
    allowlist: `{ mode: ${mode}, file: ALLOWLIST_FILE }`,
  });
  replaceFile(gate.allowlistFile, 'addresses: []\n');
  await gate.gate.reload();
  expect(await readiness(gate)).toEqual({ status: 200, failing: [] });
});

test('a store that does not answer', async () => {
  const memory = createMemoryStore({ now: () => performance.now(), maxKeys: 1 });
  const gate = await runGate(
    (await startEventApplication()).url,
    {},
    { ...memory, health: async () => ({ up: false, detail: 'away' }) },
  );
  expect(await readiness(gate)).toEqual({ status: 503, failing: ['store'] });
  expect(await gate.metric('hookgate_duplicate_store_up')).toBe(0);
});
