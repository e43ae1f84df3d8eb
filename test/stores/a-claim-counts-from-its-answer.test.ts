import { expect, test } from 'vitest';
import { createInFlightClaims } from '../../src/stores/in-flight-claims.ts';
import { openTestStore } from '../support/embedded-store.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { claimed, newKey } from '../support/store-keys.ts';

const leaseMs = 60_000;

test('a lease begins when the file has answered, however long that took', async () => {
  const { store, clock } = await openTestStore();
  const key = newKey();
  const asked = store.claim(key, leaseMs);
  clock.pass(leaseMs - 1);
  expect((await asked).kind).toBe('claimed');
  clock.pass(leaseMs - 1);
  expect(await store.claim(key, leaseMs)).toEqual({ kind: 'in_flight' });
  clock.pass(2);
  await claimed(store, key, leaseMs);
});

test('while a claim is being recorded nobody takes its key over, lapsed or not', async () => {
  const { store, clock } = await openTestStore();
  const key = newKey();
  const token = await claimed(store, key, leaseMs);
  const recording = store.confirm(key, token, 10 * leaseMs);
  clock.pass(2 * leaseMs);
  expect(await store.claim(key, leaseMs)).toEqual({ kind: 'in_flight' });
  expect(await recording).toBe(true);
  expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
});

test('a record that failed leaves its claim as it was: to be confirmed again, or to lapse', () => {
  const clock = createSteppedClock();
  const claims = createInFlightClaims(clock.now);
  const { token } = claims.hold('k', leaseMs);
  const first = claims.startRecording('k', token);
  clock.pass(leaseMs + 1);
  expect(claims.holder('k')?.token).toBe(token);
  if (first) claims.endRecording(first, false);
  expect(claims.holder('k')).toBeUndefined();
  expect(claims.startRecording('k', token)?.token).toBe(token);
  expect(claims.startRecording('k', 'another')).toBeUndefined();
});
