import { existsSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { createRetentionClock } from '../../src/stores/embedded/retention-clock.ts';
import { openTestStore } from '../support/embedded-store.ts';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

function startClock() {
  const clock = createSteppedClock();
  const jumps: number[] = [];
  const retention = createRetentionClock({ ...clock, onJump: (byMs) => void jumps.push(byMs) });
  const startedAt = retention.read();
  /** Time that passes, with the clock read each second as the running store does, or oftener. */
  const pass = (ms: number): number => {
    const stepMs = Math.max(1000, ms / 1000);
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.pass(Math.min(stepMs, ms - passed));
      retention.read();
    }
    return retention.read() - startedAt;
  };
  return { clock, retention, jumps, pass };
}

test('sweeping pauses for five minutes after the start and after each jump, in either direction', () => {
  const { clock, retention, jumps, pass } = startClock();
  pass(5 * minute - 1000);
  expect(retention.settled()).toBe(false);
  pass(1000);
  expect(retention.settled()).toBe(true);

  for (const byMs of [2 * minute, -2 * minute, 30 * day, -400 * day]) {
    clock.jump(byMs);
    retention.read();
    expect(retention.settled()).toBe(false);
    pass(5 * minute - 1000);
    expect(retention.settled()).toBe(false);
    pass(1000);
    expect(retention.settled()).toBe(true);
  }
  expect(jumps).toHaveLength(4);
});

test('a wall clock that is slowly corrected by less than a minute is no jump', () => {
  const { clock, retention, jumps, pass } = startClock();
  pass(5 * minute);
  for (let count = 0; count < 60; count++) {
    clock.jump(30_000);
    pass(10 * minute);
  }
  expect([jumps, retention.settled()]).toEqual([[], true]);
});

test.each([1, 30, 365, -1, -30, -365])(
  'a jump of %d days makes seven days 6.3 at least and 7.8 at most',
  (days) => {
    const { clock, pass } = startClock();
    clock.jump(days * day);
    const afterSeven = pass(7 * day);
    expect(afterSeven).toBeGreaterThanOrEqual(6.3 * day - 1);
    expect(afterSeven).toBeLessThanOrEqual(7.8 * day);
  },
);

test('through a gate: whatever the wall clock does, a delivered event stays a duplicate', async () => {
  const { store, clock, sentences } = await openTestStore({ sweepEveryMs: 1000 });
  const application = await startEventApplication();
  const gate = await runGate(application.url, {}, store);
  const event = signedEvent('payment.session.succeeded', { reference: 'r-1' });
  const isDuplicate = async (): Promise<boolean> =>
    (await gate.post(event)).headers.get('hookgate-duplicate') === 'true';
  expect(await isDuplicate()).toBe(false);
  // Settled: from here on only the pause after a jump, and the steering, keep the event.
  clock.pass(6 * minute);

  for (const byMs of [30 * day, -60 * day, 365 * day]) {
    const before = sentences.length;
    clock.jump(byMs);
    // The store reads its clock four times a second.
    await vi.waitFor(() => expect(sentences.length).toBeGreaterThan(before), { timeout: 10_000 });
    expect(sentences.at(-1)).toMatch(/The wall clock jumped by/);
    expect(await isDuplicate()).toBe(true);
  }
  expect(application.events).toHaveLength(1);
});

test('an expired event is delivered again, and leaves the file once the clocks agree', async () => {
  const { store, clock } = await openTestStore({ sweepEveryMs: 1000 });
  const application = await startEventApplication();
  const gate = await runGate(application.url, {}, store);
  for (const reference of ['r-1', 'r-2', 'r-3']) {
    expect((await gate.post(signedEvent('payment.session.succeeded', { reference }))).status).toBe(200);
  }
  const remembered = async (): Promise<number | undefined> => (await store.health()).remembered;
  await vi.waitFor(async () => expect(await remembered()).toBe(3), { timeout: 10_000 });

  clock.pass(7 * day + minute);

  await vi.waitFor(async () => expect(await remembered()).toBe(0), { timeout: 20_000 });
  await gate.post(signedEvent('payment.session.succeeded', { reference: 'r-1' }));
  expect(application.events).toHaveLength(4);
});

test('the index of the write-ahead log is kept in memory: nobody else can share the file', async () => {
  const { file } = await openTestStore();
  expect([existsSync(`${file}-wal`), existsSync(`${file}-shm`)]).toEqual([true, false]);
});
