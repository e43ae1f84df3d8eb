import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/delivery/duplicate-store.ts';
import { createBatchLine } from '../../src/stores/embedded/batch-line.ts';
import { createMainEnd } from '../../src/stores/embedded/shared-memory.ts';
import { newKey } from '../support/store-keys.ts';

/** The end of a thread that gives a batch back when it is told to. */
function endByHand() {
  const sent: (() => void)[] = [];
  const end = createMainEnd();
  return {
    sent,
    end: { ...end, send: (_records: number, _questions: number, done: () => void) => void sent.push(done) },
  };
}

test('a batch of a thread that has ended comes back to nobody, and lets no other overtake the one that is out', async () => {
  const line = createBatchLine({ now: () => 0, capacity: 10, beforeSend() {}, onAnswer() {} });
  const [first, second] = [endByHand(), endByHand()];
  const nextTurn = () => new Promise(setImmediate);

  line.connect(first.end);
  const lost = line.record(newKey(), 1);
  await nextTurn();
  line.fail(new StoreUnavailable('its thread has ended'));
  await expect(lost).rejects.toBeInstanceOf(StoreUnavailable);

  line.connect(second.end);
  const recorded = line.record(newKey(), 1);
  await nextTurn();
  first.sent[0]?.();
  const waiting = line.record(newKey(), 1);
  await nextTurn();
  expect(second.sent).toHaveLength(1);

  second.sent[0]?.();
  await recorded;
  expect(second.sent).toHaveLength(2);
  second.sent[1]?.();
  await waiting;
});
