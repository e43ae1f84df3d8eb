import { expect, test } from 'vitest';
import { createSlots } from '../../src/claims/slots.ts';
import { noFacts } from '../../src/delivery/delivery.ts';
import { createForwardGate } from '../../src/gates/forward.ts';
import { envelopeOf } from '../support/envelopes.ts';

test('where there is no room for an event without its unsigned fields, it is refused and claimed no more', async () => {
  const event = '{"checksum":"","data":{},"event":"a"}';
  const envelope = envelopeOf(event.replace('{', '{"added":true,'));
  const asked: number[] = [];
  const told: string[] = [];
  const claimed = {
    delivery: {
      held: {
        take(bytes: number) {
          asked.push(bytes);
          return false;
        },
      },
      facts: noFacts(),
    },
    envelope,
    route: { unsignedFields: 'strip' },
    claim: {
      accepted: async () => void told.push('accepted'),
      release: async () => void told.push('released'),
      settle: () => void told.push('settled'),
    },
  };
  const forward = createForwardGate({ slots: createSlots(1), isDraining: () => false, now: () => 0 });
  expect(await forward(claimed as unknown as Parameters<typeof forward>[0])).toMatchObject({
    code: 'overloaded',
  });
  expect(asked).toEqual([event.length]);
  expect(told).toEqual(['released', 'settled']);
});
