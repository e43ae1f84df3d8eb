import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { startEventApplication } from '../../support/event-application.ts';
import { type LoadFigures, startLoad } from '../../support/load-with-retries.ts';
import { type SharedGates, startGatesOn } from '../../support/shared-store-gates.ts';
import { until } from '../../support/until.ts';
import { record } from './table.ts';

/** Senders at once, and so the most events that are in flight at any moment. */
export const concurrency = 8;

export interface FaultUnderLoad {
  readonly fault: string;
  readonly redisUrl: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Makes the fault and mends it; resolves when the store is back. */
  readonly play: (gates: SharedGates, figures: LoadFigures) => Promise<void>;
  /** Moments at which requests in flight may be repeated; one where not given. */
  readonly moments?: number;
  /** Awaited before every event is sent once more. */
  readonly settled?: (gates: SharedGates) => Promise<void>;
  /** How many events the store may have forgotten, told when all was sent; none where not given. */
  readonly mayForget?: () => number;
}

/**
 * Two gate processes and eight senders, a fault in the midst of it, and then every event once more. Expects what holds
 * for each fault, records its row, and gives the figures.
 */
export async function playUnderLoad(options: FaultUnderLoad): Promise<LoadFigures & { forgotten: number }> {
  const application = await startEventApplication();
  const gates = await startGatesOn(options.redisUrl, application.url, 2, options.env);
  const load = startLoad({ urls: gates.urls, concurrency, accepted: () => application.events });
  await until(() => load.figures.answered200 >= 200);
  await options.play(gates, load.figures);
  const backMs = performance.now();
  const before = load.figures.answered200;
  // More than the senders there are: at least one has begun and ended an event since.
  await until(() => load.figures.answered200 >= before + concurrency + 1);
  const recoveryMs = Math.round(performance.now() - backMs);
  await pause(1000);
  const figures = await load.stop();
  await options.settled?.(gates);
  const forgotten = await load.sendAgain();
  const { wronglySuppressed, false200 } = load.figures;
  const mostRepeated = concurrency * (options.moments ?? 1);
  record({
    fault: options.fault,
    ...figures,
    wronglySuppressed,
    false200,
    mostRepeated,
    recoveryMs,
    forgotten,
  });
  expectNothingLost({ ...figures, wronglySuppressed, false200 }, mostRepeated);
  expect(recoveryMs).toBeLessThan(5000);
  expect(forgotten).toBeLessThanOrEqual(options.mayForget?.() ?? 0);
  return { ...figures, forgotten };
}

export function expectNothingLost(figures: LoadFigures, mostRepeated: number): void {
  const { lost, wronglySuppressed, false200 } = figures;
  expect({ lost, wronglySuppressed, false200 }).toEqual({ lost: 0, wronglySuppressed: 0, false200: 0 });
  expect(figures.answered200).toBe(figures.events);
  expect(figures.repeated).toBeLessThanOrEqual(mostRepeated);
}
