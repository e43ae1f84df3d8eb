import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLink } from '../../src/stores/redis/link.ts';
import { ConnectionLost } from '../../src/stores/redis/redis-connection.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a link tries again after pauses that double, to a second at most, and are drawn at random', async () => {
  const pauses = await pausesOf(() => 1);
  expect(pauses.slice(0, 7)).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
  expect((await pausesOf(() => 0)).slice(0, 7)).toEqual([25, 50, 100, 200, 400, 500, 500]);
});

/** Pauses between the attempts of ten seconds in which every one fails. */
async function pausesOf(random: () => number): Promise<number[]> {
  const drawing = vi.spyOn(Math, 'random').mockImplementation(random);
  const triedMs: number[] = [];
  const link = createLink({
    async open() {
      triedMs.push(Date.now());
      throw new ConnectionLost('nobody there');
    },
    probe: async () => undefined,
    now: () => Date.now(),
  });
  await vi.advanceTimersByTimeAsync(10_000);
  link.close();
  drawing.mockRestore();
  return triedMs.slice(1).map((at, index) => Math.round(at - (triedMs[index] as number)));
}
