import { expect, test } from 'vitest';
import type { Settlement } from '../../src/delivery/answer.ts';
import { type Delivery, noFacts } from '../../src/delivery/delivery.ts';
import { createJudge } from '../../src/pipeline/run.ts';

const delivery: Delivery = {
  requestId: 'a-request',
  arrivedAtMs: 0,
  head: { method: 'POST', target: '/', httpVersion: '1.1', rawHeaders: [], secure: false },
  peer: { address: '127.0.0.1', proxied: undefined },
  readBody: async () => ({ kind: 'aborted', readBytes: 0 }),
  facts: noFacts(),
};

test.each([
  [
    'throws',
    () => {
      throw new TypeError('a fault');
    },
  ],
  ['rejects', () => Promise.reject(new TypeError('a fault'))],
  ['ends nothing', (stage: unknown) => stage],
])('a gate that %s ends in internal_error, is told and is counted', async (_how, gate) => {
  const faults: unknown[] = [];
  const settled: Settlement[] = [];
  let underWay = 0;
  const judge = createJudge({
    gates: [gate],
    onSettled: (_delivery, settlement) => settled.push(settlement),
    onFault: (_delivery, fault) => faults.push(fault),
    onBegun: () => underWay++,
    onEnded: () => underWay--,
  });
  expect(await judge(delivery)).toMatchObject({ code: 'internal_error' });
  expect(settled).toMatchObject([{ code: 'internal_error' }]);
  expect(faults).toHaveLength(1);
  expect(underWay).toBe(0);
});
