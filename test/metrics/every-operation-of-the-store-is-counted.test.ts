import { expect, test } from 'vitest';
import { instrumentStore } from '../../src/metrics/instrument-store.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';

const leaseMs = 1000;
const retentionMs = 60_000;

test('by its operation and its result, and those that failed say that the store is down', async () => {
  const metrics = createMetrics();
  const store = instrumentStore(createMemoryStore({ maxKeys: 10, now: () => 0 }), metrics);
  const counted = async (): Promise<string[]> =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter(
        (line) => /^hookgate_duplicate_store_(?:operations_total|up)/.test(line) && !line.endsWith(' 0'),
      )
      .map((line) => line.replace(/^hookgate_duplicate_store_(?:operations_total)?/, ''));

  const claim = await store.claim('a', leaseMs);
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  expect(await store.claim('a', leaseMs)).toEqual({ kind: 'in_flight' });
  expect(await store.confirm('a', 'of another', retentionMs)).toBe(false);
  expect(await store.confirm('a', claim.token, retentionMs)).toBe(true);
  expect(await store.claim('a', leaseMs)).toEqual({ kind: 'delivered' });
  await store.release('b', 'any');
  expect(await counted()).toEqual(
    expect.arrayContaining([
      '{operation="claim",result="claimed"} 1',
      '{operation="claim",result="in_flight"} 1',
      '{operation="claim",result="delivered"} 1',
      '{operation="confirm",result="recorded"} 1',
      '{operation="confirm",result="taken_over"} 1',
      '{operation="release",result="released"} 1',
      'up 1',
    ]),
  );

  await store.close();
  await expect(store.claim('b', leaseMs)).rejects.toThrow('closed');
  await expect(store.confirm('b', 'any', retentionMs)).rejects.toThrow('closed');
  await expect(store.release('b', 'any')).rejects.toThrow('closed');
  const after = await counted();
  expect(after).toEqual(
    expect.arrayContaining([
      '{operation="claim",result="error"} 1',
      '{operation="confirm",result="error"} 1',
      '{operation="release",result="error"} 1',
    ]),
  );
  expect(after).not.toContain('up 1');
});
