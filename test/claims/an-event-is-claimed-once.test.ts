import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createAttempts } from '../../src/claims/attempts.ts';
import type { Claim, ClaimVerdict } from '../../src/claims/claim.ts';
import { createClaims } from '../../src/claims/claims.ts';
import { createSlots } from '../../src/claims/slots.ts';
import { createUnrecorded, type Unrecorded } from '../../src/claims/unrecorded.ts';
import { Answer } from '../../src/delivery/answer.ts';
import {
  type ClaimResult,
  type DuplicateStore,
  StoreUnavailable,
} from '../../src/delivery/duplicate-store.ts';
import { reject } from '../../src/delivery/rejections.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';

const key = 'a'.repeat(64);
const retryMs = 60_000;
const leaseMs = 60_000;
const accepted = new Answer('forwarded', 200, []);

describe('a process that stood still until the answer of its claim was old', () => {
  const otherKey = 'b'.repeat(64);
  const leaves = (
    beforeAnswers: 'store.claim' | 'store.isDelivered',
    times: number,
    meanwhile = async () => {},
  ) => {
    const clock = createSteppedClock();
    const memory = createMemoryStore({ maxKeys: 10, now: clock.now });
    const stands = async (at: typeof beforeAnswers): Promise<void> => {
      if (at !== beforeAnswers || times-- <= 0) return;
      clock.pass(leaseMs + 1);
      await meanwhile();
    };
    const store = {
      ...memory,
      async claim(of: string, forMs: number) {
        const result = await memory.claim(of, forMs);
        if (of === key) await stands('store.claim');
        return result;
      },
      async isDelivered(of: string) {
        const known = await memory.isDelivered(of);
        await stands('store.isDelivered');
        return known;
      },
    };
    return { memory, ...claimsOver(store, { now: clock.now, waitMs: leaseMs - 1000 }) };
  };

  test.each(['store.claim', 'store.isDelivered'] as const)(
    'forwards nothing that another gate has delivered: %s',
    async (at) => {
      const gate: ReturnType<typeof leaves> = leaves(at, 1, async () => {
        const other = await gate.memory.claim(key, leaseMs);
        await gate.memory.confirm(key, other.kind === 'claimed' ? other.token : '', 10 * leaseMs);
      });
      expect(await gate.claims.claim(key, otherKey)).toEqual({ kind: 'delivered' });
      expect(gate.slots.taken).toBe(0);
    },
  );

  test('claims anew what nobody else has, with a whole lease', async () => {
    const { claims, memory } = leaves('store.claim', 1);
    expect((await claims.claim(key)).kind).toBe('claimed');
    expect((await memory.claim(key, leaseMs)).kind).toBe('in_flight');
  });

  test('refuses where it stands still again and again, and leaves the event to be claimed', async () => {
    const { claims, memory, slots } = leaves('store.claim', 2);
    expect((await claims.claim(key)).kind).toBe('store_unavailable');
    expect(slots.taken).toBe(0);
    expect((await memory.claim(key, leaseMs)).kind).toBe('claimed');
  });
});

describe('an event that may have been delivered under another key', () => {
  const otherKey = 'b'.repeat(64);

  test('is known where it was, and leaves no claim behind', async () => {
    const store = createMemoryStore({ maxKeys: 10, now: () => 0 });
    const there = await store.claim(otherKey, 1000);
    await store.confirm(otherKey, there.kind === 'claimed' ? there.token : '', 1000);
    const { claims, slots } = claimsOver(store, { otherKey });
    expect(await claims.claim(key)).toEqual({ kind: 'delivered' });
    expect(slots.taken).toBe(0);
    expect((await store.claim(key, 1000)).kind).toBe('claimed');
  });

  test('is known where no store has recorded it', async () => {
    const { claims, unrecorded } = claimsOver(storeThat({}), { otherKey });
    unrecorded.add({ key: otherKey, token: undefined, retentionMs: 1000 });
    expect(await claims.claim(key)).toEqual({ kind: 'delivered' });
  });

  test('is refused where that cannot be found out, and leaves no claim behind', async () => {
    const released: string[] = [];
    const store = storeThat({
      isDelivered: () => Promise.reject(new StoreUnavailable('down')),
      release: async (of) => void released.push(of),
    });
    const { claims } = claimsOver(store, { otherKey });
    expect(await claims.claim(key)).toMatchObject({ kind: 'store_unavailable' });
    expect(released).toEqual([key]);
  });

  test.each<[string, Partial<DuplicateStore>]>([
    ['the question fails', { isDelivered: down, claim: async () => ({ kind: 'delivered' }) }],
    ['the claim fails', { isDelivered: async () => true, claim: down }],
  ])(
    'is known by one of its keys where %s, also where events go on without a store',
    async (_, operations) => {
      const { claims } = claimsOver(storeThat(operations), { otherKey, whenStoreDown: 'forward' });
      expect(await claims.claim(key)).toEqual({ kind: 'delivered' });
    },
  );

  test('waits for the attempt that began before the list was changed', async () => {
    const { claims } = claimsOver(storeThat({}));
    const before = await claims.claim(otherKey);
    const after = claims.claim(key, otherKey);
    if (before.kind === 'claimed') before.claim.settle(accepted);
    expect(await after).toEqual({ kind: 'joined', settlement: accepted });
  });
});

describe('a repeat while the first attempt is under way', () => {
  test('waits, and gets the outcome of the first', async () => {
    const { claims } = claimsOver(storeThat({}));
    const first = await claimed(claims);
    const repeats = Array.from({ length: 20 }, () => claims.claim(key));
    await first.accepted();
    first.settle(accepted);
    for (const verdict of await Promise.all(repeats)) {
      expect(verdict).toEqual({ kind: 'joined', settlement: accepted });
    }
  });

  test('is refused where as many wait already as may', async () => {
    const { claims } = claimsOver(storeThat({}), { maxWaiters: 2 });
    const first = await claimed(claims);
    const waiting = [claims.claim(key), claims.claim(key)];
    expect(await claims.claim(key)).toMatchObject({ kind: 'in_flight' });
    first.settle(accepted);
    expect((await Promise.all(waiting)).map(({ kind }) => kind)).toEqual(['joined', 'joined']);
  });

  test('is refused, never answered 200, when the first takes too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { claims } = claimsOver(storeThat({}), { waitMs: 100 });
    await claimed(claims);
    const repeat = claims.claim(key);
    vi.advanceTimersByTime(100);
    vi.useRealTimers();
    expect(await repeat).toMatchObject({ kind: 'in_flight' });
  });

  test('gives its place up once, also where the first ends after it gave up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { claims } = claimsOver(storeThat({}), { waitMs: 100, maxWaiters: 1 });
    const first = await claimed(claims);
    const impatient = claims.claim(key);
    vi.advanceTimersByTime(100);
    expect(await impatient).toMatchObject({ kind: 'in_flight' });
    first.settle(accepted);

    const second = await claimed(claims);
    const waiting = claims.claim(key);
    expect(await claims.claim(key)).toMatchObject({ kind: 'in_flight' });
    second.settle(accepted);
    expect(await waiting).toEqual({ kind: 'joined', settlement: accepted });
  });

  test('may claim anew after the first has failed', async () => {
    const { claims } = claimsOver(storeThat({}));
    const first = await claimed(claims);
    const repeat = claims.claim(key);
    await first.release();
    const failure = reject('upstream_timeout', 'too slow');
    first.settle(failure);
    expect(await repeat).toEqual({ kind: 'joined', settlement: failure });
    expect((await claims.claim(key)).kind).toBe('claimed');
  });
});

describe('places', () => {
  test('are refused when all are taken and free again after settling', async () => {
    const { claims, slots } = claimsOver(storeThat({}), { inFlight: 1 });
    const first = await claimed(claims);
    expect(await claims.claim('b'.repeat(64))).toEqual({ kind: 'overloaded' });
    first.settle(accepted);
    expect(slots.taken).toBe(0);
    expect((await claims.claim('b'.repeat(64))).kind).toBe('claimed');
  });

  test.each(['delivered', 'in_flight'] as const)('are given back when the store says %s', async (kind) => {
    const { claims, slots } = claimsOver(storeThat({ claim: async () => ({ kind }) }));
    expect((await claims.claim(key)).kind).toBe(kind);
    expect(slots.taken).toBe(0);
  });
});

const down = async () => {
  throw new StoreUnavailable('the store is away');
};

describe('while the store is down', () => {
  test('nothing is claimed by default, and nothing stays behind', async () => {
    const { claims, slots } = claimsOver(storeThat({ claim: down }));
    const expected: ClaimVerdict = { kind: 'store_unavailable', detail: 'the store is away' };
    expect(await claims.claim(key)).toEqual(expected);
    expect(await claims.claim(key)).toEqual(expected);
    expect(slots.taken).toBe(0);
  });

  test('whenStoreDown: forward claims without it, and remembers what was accepted', async () => {
    const { claims, unrecorded } = claimsOver(storeThat({ claim: down }), { whenStoreDown: 'forward' });
    const claim = await claimed(claims);
    expect(claim.withoutStore).toBe(true);
    await claim.accepted();
    claim.settle(accepted);
    expect(unrecorded.size).toBe(1);
    expect(await claims.claim(key)).toEqual({ kind: 'delivered' });
  });

  test('an acceptance that cannot be recorded is remembered and recorded later', async () => {
    let recorded = 0;
    let up = false;
    const store = storeThat({
      confirm: async () => {
        if (!up) throw new StoreUnavailable('disk full');
        recorded += 1;
        return true;
      },
    });
    const { claims, unrecorded, alarms } = claimsOver(store);
    const claim = await claimed(claims);
    await claim.accepted();
    claim.settle(accepted);
    expect(alarms).toEqual([key]);
    expect(await claims.claim(key)).toEqual({ kind: 'delivered' });

    up = true;
    expect(await unrecorded.close()).toEqual([]);
    expect(recorded).toBe(1);
  });

  test('a release is over once the store has answered: a retry that comes then finds the event free', async () => {
    const { promise: isReleased, resolve: answer } = Promise.withResolvers<void>();
    const { claims } = claimsOver(storeThat({ release: () => isReleased }));
    const first = await claimed(claims);
    let isOver = false;
    const release = first.release().then(() => {
      isOver = true;
    });
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    answer();
    await release;
  });

  test('a release that fails blocks nobody here', async () => {
    const { claims } = claimsOver(storeThat({ release: down }));
    const first = await claimed(claims);
    await first.release();
    first.settle(reject('upstream_unreachable', 'refused'));
    expect((await claims.claim(key)).kind).toBe('claimed');
  });
});

test('a claim that was taken over is said', async () => {
  const { claims, takenOver } = claimsOver(storeThat({ confirm: async () => false }));
  const claim = await claimed(claims);
  await claim.accepted();
  expect(takenOver).toEqual([key]);
});

test.each<[string, ClaimResult, { left: string[]; recordedUnder: string[] }]>([
  ['nobody holds it', { kind: 'claimed', token: 'late' }, { left: [], recordedUnder: ['late'] }],
  ['it is recorded already', { kind: 'delivered' }, { left: [], recordedUnder: [] }],
  // The other attempt may still fail.
  ['another attempt holds it', { kind: 'in_flight' }, { left: [key], recordedUnder: [] }],
])('what was accepted without a claim is claimed before it is recorded: %s', async (_, result, expected) => {
  const recordedUnder: string[] = [];
  const { unrecorded } = claimsOver(
    storeThat({
      claim: async () => result,
      async confirm(_key, token) {
        recordedUnder.push(token);
        return true;
      },
    }),
  );
  unrecorded.add({ key, token: undefined, retentionMs: 60_000 });
  expect({ left: await closeInTime(unrecorded), recordedUnder }).toEqual(expected);
});

test('what was accepted without a claim, and claimed in vain once, is not kept out by that claim at the end', async () => {
  let isDown = true;
  const store = createMemoryStore({ maxKeys: 10, now: () => 0 });
  const { unrecorded } = claimsOver({
    ...store,
    confirm: (...confirmation) => (isDown ? down() : store.confirm(...confirmation)),
  });
  unrecorded.add({ key, token: undefined, retentionMs: 60_000 });
  expect(await closeInTime(unrecorded)).toEqual([key]);
  isDown = false;
  expect(await unrecorded.close()).toEqual([]);
});

test('an end in the middle of a round waits for what that round has claimed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { promise: isLate, resolve: answer } = Promise.withResolvers<void>();
  const store = createMemoryStore({ maxKeys: 10, now: () => 0 });
  const { unrecorded } = claimsOver({
    ...store,
    async confirm(...confirmation) {
      await isLate;
      return store.confirm(...confirmation);
    },
  });
  unrecorded.add({ key, token: undefined, retentionMs: 60_000 });
  await vi.advanceTimersByTimeAsync(retryMs);
  vi.useRealTimers();
  const left = unrecorded.close();
  setImmediate(answer);
  expect(await left).toEqual([]);
});

test('what could not be recorded is known until its retention ends, and not a moment longer', () => {
  let nowMs = 0;
  const unrecorded = createUnrecorded({
    store: storeThat({}),
    leaseMs: 1000,
    retryMs,
    maxKeys: 2,
    now: () => nowMs,
    onAdded: () => undefined,
    onForgotten: () => undefined,
  });
  unrecorded.add({ key, token: undefined, retentionMs: 100 });
  nowMs = 99;
  expect(unrecorded.has(key)).toBe(true);
  nowMs = 100;
  expect(unrecorded.has(key)).toBe(false);
});

test('the memory of what could not be recorded is bounded, and says what it forgets', () => {
  const forgotten: string[] = [];
  const unrecorded = createUnrecorded({
    store: storeThat({}),
    leaseMs: 1000,
    retryMs,
    maxKeys: 2,
    now: () => 0,
    onAdded: () => undefined,
    onForgotten: (forgottenKey) => forgotten.push(forgottenKey),
  });
  for (const each of ['1', '2', '3']) unrecorded.add({ key: each, token: undefined, retentionMs: 1000 });
  expect(unrecorded.size).toBe(2);
  expect(forgotten).toEqual(['1']);
});

/** Ends it, and lets the time pass that a stop may take for it. */
async function closeInTime(unrecorded: Unrecorded): Promise<readonly string[]> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const left = unrecorded.close();
  await vi.advanceTimersByTimeAsync(5000);
  return left;
}

/** A store that claims, records and releases everything, but for the operations given. */
function storeThat(operations: Partial<DuplicateStore>): DuplicateStore {
  return {
    answersWithinMs: 0,
    claim: async () => ({ kind: 'claimed', token: 't' }),
    confirm: async () => true,
    release: async () => undefined,
    isDelivered: async () => false,
    health: async () => ({ up: true, detail: 'a store for a test' }),
    close: async () => undefined,
    ...operations,
  };
}

function claimsOver(
  store: DuplicateStore,
  settings: {
    maxWaiters?: number;
    waitMs?: number;
    inFlight?: number;
    whenStoreDown?: 'refuse' | 'forward';
    otherKey?: string;
    now?: () => number;
  } = {},
) {
  const alarms: string[] = [];
  const takenOver: string[] = [];
  const slots = createSlots(settings.inFlight ?? 100);
  const unrecorded = createUnrecorded({
    store,
    leaseMs: 1000,
    retryMs,
    maxKeys: 100,
    now: () => performance.now(),
    onAdded: (added) => alarms.push(added),
    onForgotten: () => undefined,
  });
  const claims = createClaims({
    store,
    attempts: createAttempts(),
    unrecorded,
    slots,
    leaseMs,
    maxWaiters: settings.maxWaiters ?? 100,
    whenStoreDown: settings.whenStoreDown ?? 'refuse',
    now: settings.now ?? (() => performance.now()),
    onTakenOver: (taken) => takenOver.push(taken),
  });
  const manner = { retentionMs: 1000, waitMs: settings.waitMs ?? 1000 };
  const claim = (key: string, otherKey = settings.otherKey) => claims.claim(key, { ...manner, otherKey });
  return { claims: { claim }, slots, unrecorded, alarms, takenOver };
}

async function claimed(claims: { claim(key: string): Promise<ClaimVerdict> }): Promise<Claim> {
  const verdict = await claims.claim(key);
  if (verdict.kind !== 'claimed') throw new Error(`the verdict was ${verdict.kind}`);
  return verdict.claim;
}
