import { expect, test } from 'vitest';
import { type DuplicateStore, StoreUnavailable } from '../../src/delivery/duplicate-store.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

/** A store that fails the operations that are named, until `mend` is called. */
function breakable(broken: readonly ('claim' | 'confirm' | 'release')[]): DuplicateStore & { mend(): void } {
  const memory = createMemoryStore({ now: () => performance.now(), maxKeys: 100 });
  let isBroken = true;
  const check = (operation: (typeof broken)[number]): void => {
    if (isBroken && broken.includes(operation)) throw new StoreUnavailable('the store is away');
  };
  return {
    ...memory,
    async claim(...claim) {
      check('claim');
      return memory.claim(...claim);
    },
    async confirm(...confirmation) {
      check('confirm');
      return memory.confirm(...confirmation);
    },
    async release(...release) {
      check('release');
      return memory.release(...release);
    },
    health: async () => ({ up: !isBroken, detail: 'as told' }),
    mend() {
      isBroken = false;
    },
  };
}

const body = signedEvent('payment.session.succeeded', { reference: 'r-1' });
const rejected = 'hookgate_rejections_total{route="juicyway",reason="store_unavailable"}';
const letThrough = 'hookgate_would_reject_total{route="juicyway",reason="store_unavailable"}';

test('by default events are refused, and go through once the store is back', async () => {
  const application = await startEventApplication();
  const store = breakable(['claim']);
  const gate = await runGate(application.url, {}, store);

  const refused = await gate.post(body);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  expect([application.events.length, await gate.metric(rejected)]).toEqual([0, 1]);
  expect(await gate.metric('hookgate_duplicate_store_up')).toBe(0);
  expect((await fetch(`${gate.adminUrl}/readyz`)).status).toBe(503);

  store.mend();
  expect((await gate.post(body)).status).toBe(200);
  expect(await gate.metric('hookgate_duplicate_store_up')).toBe(1);
  expect((await fetch(`${gate.adminUrl}/readyz`)).status).toBe(200);
});

test('whenStoreDown: forward delivers, counts it, and still suppresses repeats from memory', async () => {
  const application = await startEventApplication();
  const gate = await runGate(
    application.url,
    { duplicates: '{ store: memory, whenStoreDown: forward }' },
    breakable(['claim', 'confirm', 'release']),
  );

  expect((await gate.post(body)).status).toBe(200);
  expect((await gate.post(body)).headers.get('hookgate-duplicate')).toBe('true');

  expect(application.events.length).toBe(1);
  expect(await gate.metric(letThrough)).toBe(1);
  expect(await gate.metric('hookgate_unrecorded_events')).toBe(1);
  expect((await fetch(`${gate.adminUrl}/readyz`)).status).toBe(200);
});

test('an event that was accepted and cannot be recorded is answered 200, remembered, and recorded later', async () => {
  const application = await startEventApplication();
  const store = breakable(['confirm']);
  const gate = await runGate(application.url, {}, store);

  expect((await gate.post(body)).status).toBe(200);
  expect(await gate.metric('hookgate_unrecorded_events')).toBe(1);
  expect((await gate.post(body)).headers.get('hookgate-duplicate')).toBe('true');
  expect(application.events.length).toBe(1);

  store.mend();
  await expect.poll(() => gate.metric('hookgate_unrecorded_events'), { timeout: 10_000 }).toBe(0);
  expect((await gate.post(body)).headers.get('hookgate-duplicate')).toBe('true');
});

test('a claim that cannot be given back changes nothing about the answer', async () => {
  const application = await startEventApplication();
  application.answer = (response) => void response.writeHead(500).end('broken');
  const gate = await runGate(application.url, {}, breakable(['release']));
  const answer = await gate.post(body);
  expect([answer.status, answer.text]).toEqual([500, 'broken']);
});
