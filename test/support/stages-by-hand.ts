import { type Delivery, noFacts, type Peer } from '../../src/delivery/delivery.ts';
import type { WellFormed } from '../../src/gates/headers.ts';

/** The only way past the gates before: a test of a later gate builds its stage by hand. */
export function aWellFormedDelivery(peer: Partial<Peer>, forwardedFor: readonly string[] = []): WellFormed {
  const fields = { contentType: 'application/json', contentEncoding: undefined, forwardedFor };
  const route = {
    name: 'juicyway',
    path: '/webhooks/juicyway',
    events: ['*'],
    unsignedFields: 'strip',
  };
  return { delivery: aDelivery({ peer }), route, fields } as unknown as WellFormed;
}

/** A delivery as it arrives. */
function aDelivery(
  parts: { target?: string; method?: string; rawHeaders?: readonly string[]; peer?: Partial<Peer> } = {},
): Delivery {
  return {
    requestId: '6f3f2c1e-0000-4000-8000-000000000000',
    arrivedAtMs: 0,
    head: {
      method: parts.method ?? 'POST',
      target: parts.target ?? '/webhooks/juicyway',
      httpVersion: '1.1',
      rawHeaders: parts.rawHeaders ?? ['Host', 'gate.example'],
      secure: false,
    },
    peer: { address: '203.0.113.7', proxied: undefined, ...parts.peer },
    readBody: async () => ({ kind: 'aborted', readBytes: 0 }),
    facts: noFacts(),
  };
}
