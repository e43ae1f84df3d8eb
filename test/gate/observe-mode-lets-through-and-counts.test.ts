import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { type GateForTest, runGate, type Sections } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const name = 'payment.session.succeeded';
const genuine = signedEvent(name, { reference: 'r-1' });
const forged = signedEvent(name, { reference: 'r-1' }, { secret: Buffer.from('of somebody else') });
const withoutChecksum = `{"event":"${name}","data":{"reference":"r-1"}}`;
const malformed = '{"event":"a","event":"b","data":{}}';

const checksumObserved = { checksum: '{ keysDirectory: KEYS_DIRECTORY, mode: observe }' };
const allowlistObserved = { allowlist: '{ file: ALLOWLIST_FILE, mode: observe }' };

async function start(sections: Sections) {
  const application = await startEventApplication();
  return { application, gate: await runGate(application.url, sections) };
}

const wouldReject = (gate: GateForTest, reason: string): Promise<number> =>
  gate.metric(`hookgate_would_reject_total{route="juicyway",reason="${reason}"}`);

test.each([
  ['a forged event', forged, 'checksum_mismatch'],
  ['an event without a checksum', withoutChecksum, 'checksum_missing'],
])('checksum.mode observe: %s reaches the application as unverified, each time', async (_, body, reason) => {
  // One place, which each gives back.
  const { application, gate } = await start({ ...checksumObserved, limits: '{ inFlight: 1 }' });

  for (let time = 0; time < 3; time++) {
    const { status, headers } = await gate.post(body, { 'Hookgate-Event': name, 'Idempotency-Key': 'mine' });
    expect([status, headers.get('hookgate-duplicate')]).toEqual([200, null]);
  }

  // Never claimed or remembered: three sent, three arrived, and nothing of it is in the store.
  expect(application.events).toHaveLength(3);
  for (const { headers } of application.events) {
    expect(headers['hookgate-verified']).toBe('false');
    expect(headers).not.toHaveProperty('hookgate-event');
    expect(headers).not.toHaveProperty('hookgate-key');
    expect(headers).not.toHaveProperty('idempotency-key');
  }
  expect(await wouldReject(gate, reason)).toBe(3);
  expect(await gate.metric(`hookgate_rejections_total{route="juicyway",reason="${reason}"}`)).toBe(0);
  expect(
    await gate.metric('hookgate_duplicate_store_operations_total{operation="claim",result="claimed"}'),
  ).toBe(0);
});

test('checksum.mode observe: a forged event does not take the place of the genuine one', async () => {
  const { application, gate } = await start(checksumObserved);

  expect((await gate.post(forged)).status).toBe(200);
  const first = await gate.post(genuine);
  const repeat = await gate.post(genuine);

  expect([first.status, first.headers.get('hookgate-duplicate')]).toEqual([200, null]);
  expect([repeat.status, repeat.headers.get('hookgate-duplicate')]).toEqual([200, 'true']);
  expect(application.events.map(({ headers }) => headers['hookgate-verified'])).toEqual(['false', 'true']);
});

test('checksum.mode observe: two forged ones at once do not wait for each other', async () => {
  const { application, gate } = await start(checksumObserved);
  const held: (() => void)[] = [];
  application.answer = (response) => void held.push(() => void response.end());

  const both = [gate.post(forged), gate.post(forged)];
  await application.arrived(2);
  for (const release of held) release();

  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
});

test('allowlist.mode observe: an unlisted address gets in and is counted; its event is claimed as any', async () => {
  const { application, gate } = await start(allowlistObserved);
  writeFileSync(gate.allowlistFile, 'addresses:\n  - 203.0.113.9\n');
  await gate.gate.reload();

  expect((await gate.post(genuine)).status).toBe(200);
  const repeat = await gate.post(genuine);

  expect(repeat.headers.get('hookgate-duplicate')).toBe('true');
  expect(application.events.map(({ headers }) => headers['hookgate-verified'])).toEqual(['true']);
  expect(await wouldReject(gate, 'address_not_allowed')).toBe(2);
  expect((await gate.post(forged)).code).toBe('checksum_mismatch');
});

test('allowlist.mode observe: an empty list is counted as such', async () => {
  const { gate } = await start(allowlistObserved);
  writeFileSync(gate.allowlistFile, 'addresses: []\n');
  await gate.gate.reload();

  expect((await gate.post(genuine)).status).toBe(200);
  expect(await wouldReject(gate, 'allowlist_empty')).toBe(1);
});

test.each([
  ['checksum', checksumObserved],
  ['allowlist', allowlistObserved],
  ['both', { ...checksumObserved, ...allowlistObserved }],
])('observing %s: a malformed body and an ambiguous path are refused all the same', async (_, sections) => {
  const { application, gate } = await start(sections);

  expect((await gate.post(malformed)).code).toBe('malformed_body');
  const elsewhere = await fetch(`${gate.url}/`, { method: 'POST', body: genuine.toString() });
  expect(elsewhere.status).toBe(400);
  expect(application.events).toEqual([]);
});
