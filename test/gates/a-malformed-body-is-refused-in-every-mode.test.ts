import { expect, test } from 'vitest';
import { noFacts } from '../../src/delivery/delivery.ts';
import { createChecksumGate } from '../../src/gates/checksum.ts';

test.each([
  ['malformed', 'enforce', 'malformed_body'],
  ['malformed', 'observe', 'malformed_body'],
  ['mismatch', 'enforce', 'checksum_mismatch'],
  ['mismatch', 'observe', undefined],
  ['missing', 'observe', undefined],
  ['stale', 'enforce', 'timestamp_out_of_tolerance'],
  ['stale', 'observe', undefined],
])('%s, mode %s: %s', (kind, mode, code) => {
  const gate = createChecksumGate(() => 0);
  const enveloped = {
    delivery: { facts: noFacts(), head: { rawHeaders: [] } },
    envelope: { body: Buffer.from('{}') },
    route: { checksum: { mode }, verify: () => ({ kind, detail: 'as the scheme says' }) },
  };
  const verdict = gate(enveloped as unknown as Parameters<typeof gate>[0]) as object;
  expect('code' in verdict ? verdict.code : undefined).toBe(code);
});
