import { expect, onTestFinished, test } from 'vitest';
import type { Loaded } from '../../src/app/load/load.ts';
import { createReloader } from '../../src/app/serve/reloader.ts';
import { createLog } from '../../src/log/log.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';

/** A reloader whose loads end when they are told to, each as a problem, so that nothing is adopted. */
function reloaderByHand() {
  const loads: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  const reloader = createReloader({
    load: () =>
      new Promise((resolve) => {
        loads.push(() => resolve({ kind: 'problems', problems: [] }));
        waiting.shift()?.();
      }),
    current: () =>
      ({ watched: [], config: { duplicates: { embedded: { file: 'events.db' } } } }) as unknown as Loaded,
    adopt: () => {
      throw new Error('nothing was loaded');
    },
    log: createLog('silent').log,
    metrics: createMetrics(),
    wallClock: () => 0,
  });
  onTestFinished(() => reloader.close());
  const begun = async (count: number): Promise<void> => {
    while (loads.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { reloader, loads, begun };
}

test('files that change while they are read are read once more, and once for all that asked', async () => {
  const { reloader, loads, begun } = reloaderByHand();
  const first = reloader.reload();
  const others = [reloader.reload(), reloader.reload(), reloader.reload()];
  expect(loads).toHaveLength(1);

  loads[0]?.();
  await begun(2);
  loads[1]?.();
  await Promise.all([first, ...others]);

  expect(loads).toHaveLength(2);
});

test('a reloader that was closed meanwhile reads nothing more', async () => {
  const { reloader, loads } = reloaderByHand();
  const first = reloader.reload();
  void reloader.reload();
  reloader.close();
  loads[0]?.();
  await first;
  expect(loads).toHaveLength(1);
});
