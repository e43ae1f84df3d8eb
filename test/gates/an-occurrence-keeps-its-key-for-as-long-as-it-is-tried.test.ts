import { expect, test } from 'vitest';
import type { ClaimManner } from '../../src/claims/claims.ts';
import { noFacts } from '../../src/delivery/delivery.ts';
import { createDuplicateGate } from '../../src/gates/duplicate.ts';

const windowMs = 600_000;
const triesAgainForMs = 48 * 3_600_000;

test('an event of repeatable is remembered for its window, and its key through all its retries', async () => {
  const manners: ClaimManner[] = [];
  const kept: number[] = [];
  const gate = createDuplicateGate({
    claims: {
      async claim(_key, manner) {
        manners.push(manner);
        const claim = { withoutStore: false, accepted: async () => {}, release: async () => {}, settle() {} };
        return { kind: 'claimed', claim };
      },
    },
    occurrences: {
      keyOf(_key, keptMs) {
        kept.push(keptMs);
        return 'of this occurrence';
      },
      end() {},
    },
    now: () => 0,
  });
  const verified = {
    keyName: 'primary',
    delivery: { facts: noFacts() },
    envelope: { body: Buffer.from('{}') },
    identity: { event: 'a', name: 'a', eventIsSigned: true, id: 'of the event' },
    route: {
      name: 'juicyway',
      scheme: { covers: 'members', ways: [], rewritesStrings: false, triesAgainForMs },
      repeatable: { a: windowMs },
      retentionMs: 7 * 24 * 3_600_000,
      upstream: { timeoutMs: 1000 },
    },
  };
  const claimed = await gate(verified as unknown as Parameters<typeof gate>[0]);
  expect(claimed).toMatchObject({ duplicateKey: 'of this occurrence' });
  expect(manners).toMatchObject([{ retentionMs: windowMs, waitMs: 1000 }]);
  expect(kept).toEqual([triesAgainForMs]);
});
