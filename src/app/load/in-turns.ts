import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one turn of the event loop may be held up. */
const turnMs = 4;

/** Steps through long work and lets deliveries have their turn in between. */
export async function inTurns<Result>(steps: Generator<void, Result>): Promise<Result> {
  let startedMs = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - startedMs < turnMs) continue;
    await nextTurn();
    startedMs = performance.now();
  }
}
