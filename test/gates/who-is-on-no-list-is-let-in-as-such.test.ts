import { expect, test } from 'vitest';
import { parseAddress } from '../../src/addresses/address.ts';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { parseRange } from '../../src/addresses/range.ts';
import { createAllowlistGate } from '../../src/gates/allowlist.ts';
import type { Located } from '../../src/gates/client-address.ts';
import { aWellFormedDelivery } from '../support/stages-by-hand.ts';

/** What the list says of a sender bounds the memory that it may take. */
test.each([
  ['observe', '203.0.113.7', true],
  ['observe', '203.0.113.8', false],
  ['enforce', '203.0.113.7', true],
  ['off', '203.0.113.8', true],
])('mode %s: %s is listed or nobody looked: %s', (mode, address, isListed) => {
  const parsed = parseRange('203.0.113.7');
  if (parsed.kind !== 'range') return expect.unreachable();
  const { delivery, fields } = aWellFormedDelivery({ address });
  const route = { allowlist: { mode }, admits: compileAddressSet([parsed.range]) };
  const located = { delivery, fields, route, address: parseAddress(address) } as unknown as Located;
  expect(createAllowlistGate()(located)).toMatchObject({ isListed });
});
