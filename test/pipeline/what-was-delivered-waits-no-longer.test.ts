import { expect, test } from 'vitest';
import { Answer, type Settlement } from '../../src/delivery/answer.ts';
import { type Delivery, noFacts } from '../../src/delivery/delivery.ts';
import { reject } from '../../src/delivery/rejections.ts';
import { createLogOn } from '../../src/log/log.ts';
import { createRecentRejections } from '../../src/log/recent-rejections.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createUndelivered } from '../../src/metrics/undelivered.ts';
import { createJournal } from '../../src/pipeline/journal.ts';

/** A repeat may be answered for an attempt at another gate, after one here had failed. */
test.each<[string, Settlement, number]>([
  ['forwarded', new Answer('forwarded', 200, []), 0],
  ['a repeat', new Answer('duplicate', 200, []), 0],
  ['refused by the application', new Answer('upstream_refused', 500, []), 1],
  ['under way elsewhere', reject('in_flight_elsewhere', 'another process has it'), 1],
])('an event that failed before counts as undelivered or not: %s', (_, settlement, waiting) => {
  const now = () => 0;
  const undelivered = createUndelivered({ now, maxEvents: 10, forgetAfterMs: () => 1000 });
  const journal = createJournal({
    ...createLogOn('silent', () => {}),
    metrics: createMetrics(),
    undelivered,
    rejections: createRecentRejections(1),
    record: { add() {} },
    lastMatches: new Map(),
    now,
    wallClock: now,
  });
  const facts = { ...noFacts(), route: 'juicyway', duplicateKey: 'a'.repeat(64) };
  const peer = { address: '203.0.113.7', proxied: undefined };
  const delivery = { requestId: 'r', arrivedAtMs: 0, facts, peer } as unknown as Delivery;
  undelivered.failed('juicyway', facts.duplicateKey);
  journal.onSettled(delivery, settlement);
  expect(undelivered.count('juicyway')).toBe(waiting);
});
