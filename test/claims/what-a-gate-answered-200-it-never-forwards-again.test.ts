import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAttempts } from '../../src/claims/attempts.ts';
import type { Claim } from '../../src/claims/claim.ts';
import { type ClaimManner, createClaims } from '../../src/claims/claims.ts';
import { createSlots } from '../../src/claims/slots.ts';
import { createUnrecorded } from '../../src/claims/unrecorded.ts';
import { Answer } from '../../src/delivery/answer.ts';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { StoreUnavailable } from '../../src/delivery/duplicate-store.ts';
import { reject } from '../../src/delivery/rejections.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';

const leaseMs = 60_000;
const retentionMs = 7 * 24 * 3_600_000;
const longestRetryMs = 10_000;
const key = 'a'.repeat(64);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** A store for two gates that can be emptied, as FLUSHALL does, and be away. */
function forgetfulStore() {
  let nowMs = 0;
  let up = true;
  const open = (): DuplicateStore => createMemoryStore({ maxKeys: 1000, now: () => nowMs });
  let memory = open();
  /** Gate and key, where the store forgot the record: that this gate forwards it again is the store's doing. */
  const lost = new Set<string>();
  let recorded = new Set<string>();
  const answer = async <T>(ask: (store: DuplicateStore) => Promise<T>): Promise<T> => {
    if (!up) throw new StoreUnavailable('away');
    return ask(memory);
  };
  const store: DuplicateStore = {
    ...memory,
    claim: (of, forMs) => answer((to) => to.claim(of, forMs)),
    release: (of, token) => answer((to) => to.release(of, token)),
    async confirm(of, token, forMs) {
      const isRecorded = await answer((to) => to.confirm(of, token, forMs));
      if (!isRecorded) return false;
      recorded.add(of);
      for (const gate of [0, 1]) lost.delete(`${gate} ${of}`);
      return true;
    },
  };
  return {
    store,
    lost,
    now: () => nowMs,
    forget() {
      for (const of of recorded) for (const gate of [0, 1]) lost.add(`${gate} ${of}`);
      recorded = new Set();
      memory = open();
    },
    setUp(to: boolean) {
      up = to;
    },
    async pass(ms: number) {
      nowMs += ms;
      await vi.advanceTimersByTimeAsync(ms);
    },
  };
}

const usual: ClaimManner = { retentionMs, waitMs: 1000 };

function gateOver({ store, now }: { readonly store: DuplicateStore; readonly now: () => number }) {
  const unrecorded = createUnrecorded({
    store,
    leaseMs,
    retryMs: 1000,
    maxKeys: 1000,
    now,
    onAdded: () => undefined,
    onForgotten: () => undefined,
  });
  const claims = createClaims({
    store,
    attempts: createAttempts(),
    unrecorded,
    slots: createSlots(1000),
    leaseMs,
    maxWaiters: 0,
    whenStoreDown: 'refuse',
    now,
    onTakenOver: () => undefined,
  });
  const claim = (of: string, manner = usual) => claims.claim(of, manner);
  return { claims: { claim }, unrecorded };
}

async function claimed({ claim }: ReturnType<typeof gateOver>['claims'], manner = usual): Promise<Claim> {
  const verdict = await claim(key, manner);
  if (verdict.kind !== 'claimed') throw new Error(`the verdict was ${verdict.kind}`);
  return verdict.claim;
}

async function end(claim: Claim, isAccepted: boolean): Promise<void> {
  if (isAccepted) await claim.accepted();
  else await claim.release();
  claim.settle(isAccepted ? new Answer('forwarded', 200, []) : reject('upstream_timeout', 'too slow'));
}

test('a claim that another gate took over is kept by the gate that answered 200, and recorded once that one gives up', async () => {
  const shared = forgetfulStore();
  const [a, b] = [gateOver(shared), gateOver(shared)];
  const atA = await claimed(a.claims);
  shared.forget();
  const atB = await claimed(b.claims);
  await end(atA, true);
  await end(atB, false);
  expect(await a.claims.claim(key)).toEqual({ kind: 'delivered' });
  await shared.pass(longestRetryMs);
  expect(a.unrecorded.size).toBe(0);
  expect(await b.claims.claim(key)).toEqual({ kind: 'delivered' });
});

test('what the store could not record is recorded at the next try, while its own claim still holds the key', async () => {
  const shared = forgetfulStore();
  const [a, b] = [gateOver(shared), gateOver(shared)];
  const atA = await claimed(a.claims);
  shared.setUp(false);
  await end(atA, true);
  shared.setUp(true);
  await shared.pass(longestRetryMs);
  expect(a.unrecorded.size).toBe(0);
  expect(await b.claims.claim(key)).toEqual({ kind: 'delivered' });
});

describe('an event that comes again, accepted while the store was down,', () => {
  const manner = { retentionMs: 10 * 60_000, waitMs: 1000 };

  async function accepted() {
    const shared = forgetfulStore();
    const gate = gateOver(shared);
    const claim = await claimed(gate.claims, manner);
    shared.setUp(false);
    await end(claim, true);
    await shared.pass(manner.retentionMs - 20_000);
    expect(await gate.claims.claim(key, manner)).toEqual({ kind: 'delivered' });
    return { shared, ...gate };
  }

  test('is let through once its window is over, though the store never had the one before it', async () => {
    const { shared, claims, unrecorded } = await accepted();
    await shared.pass(20_000);
    shared.setUp(true);
    await end(await claimed(claims, manner), true);
    await shared.pass(longestRetryMs);
    expect(unrecorded.size).toBe(0);
    expect(await claims.claim(key, manner)).toEqual({ kind: 'delivered' });
  });

  test('is kept by a store that comes back for the rest of its window alone', async () => {
    const { shared, claims, unrecorded } = await accepted();
    shared.setUp(true);
    await shared.pass(longestRetryMs);
    expect(unrecorded.size).toBe(0);
    expect(await claims.claim(key, manner)).toEqual({ kind: 'delivered' });
    await shared.pass(longestRetryMs);
    expect((await claims.claim(key, manner)).kind).toBe('claimed');
  });
});

test('two gates and a store that forgets, fails and lets leases lapse: who answered 200 forwards again only what the store has lost', async () => {
  const keys = ['1', '2'].map((digit) => digit.repeat(64));
  const op = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('send'), gate: fc.nat(1), key: fc.nat(1) }) },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('end'), which: fc.nat(3), isAccepted: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('forget') }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('store'), isUp: fc.boolean() }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(500, 20_000, leaseMs) }),
    },
  );
  const property = fc.asyncProperty(fc.array(op, { minLength: 5, maxLength: 40 }), async (ops) => {
    const shared = forgetfulStore();
    const gates = [gateOver(shared), gateOver(shared)];
    const underWay: { claim: Claim; gate: number; key: string }[] = [];
    const answered = new Set<string>();
    for (const one of ops as {
      kind: string;
      gate: number;
      key: number;
      which: number;
      isAccepted: boolean;
      isUp: boolean;
      ms: number;
    }[]) {
      if (one.kind === 'forget') shared.forget();
      if (one.kind === 'store') shared.setUp(one.isUp);
      if (one.kind === 'pass') await shared.pass(one.ms);
      if (one.kind === 'end' && underWay.length > 0) {
        const [ended] = underWay.splice(one.which % underWay.length, 1);
        if (ended === undefined) continue;
        await end(ended.claim, one.isAccepted);
        if (!one.isAccepted) continue;
        answered.add(`${ended.gate} ${ended.key}`);
        // What was lost before is no excuse for what is accepted now.
        shared.lost.delete(`${ended.gate} ${ended.key}`);
      }
      if (one.kind === 'send') {
        const sent = keys[one.key] as string;
        const verdict = await gates[one.gate]?.claims.claim(sent);
        if (verdict?.kind !== 'claimed') continue;
        const isAnswered = answered.has(`${one.gate} ${sent}`);
        expect(isAnswered && !shared.lost.has(`${one.gate} ${sent}`)).toBe(false);
        underWay.push({ claim: verdict.claim, gate: one.gate, key: sent });
      }
    }
    shared.setUp(true);
    for (const left of underWay) await end(left.claim, false);
    await shared.pass(leaseMs + longestRetryMs);
    expect(gates.map(({ unrecorded }) => unrecorded.size)).toEqual([0, 0]);
  });
  await fc.assert(property, { numRuns: 3000 });
});
