/** V8's heap in a process that runs for months beside somebody's application: small rather than quick to start. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The first question about readiness is answered by then; milliseconds. */
export const settleAfterMs = 250;

/** Percent by which V8 lets what survived a collection grow before the next; by itself it may be several hundred. */
const growthPercent = 30;

/** For the thread that serves, once it does: collects what the start has left, and keeps the heap small from then on. */
export function settleHeapSoon(): void {
  setTimeout(() => {
    keepHeapSmall();
    collectGarbage();
  }, settleAfterMs).unref();
}

/**
 * Sets how V8 treats this process from now on, for all its threads. Only once everything is loaded: V8 keeps what it
 * compiled of Node's own modules under the flags as they were, and would compile them again.
 */
function keepHeapSmall(): void {
  // Maglev compiles what the optimising compiler soon compiles again; its work space, freed in pieces, stays with the
  // process: some 16 MiB. docs/performance.md has what both settings cost.
  setFlagsFromString('--no-maglev');
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
}

/** Full collections that a function survives without a call before V8 forgets its bytecode: V8's own measure. */
const bytecodeOldAge = 6;

/** Frees what the start has left in this thread's heap, and gives the pages back. Blocks for tens of milliseconds. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  setFlagsFromString('--no-expose-gc');
  // What only the start has called is not called again; should it be, V8 compiles it anew.
  setFlagsFromString('--bytecode-old-age=1');
  // As V8 does when memory runs out: all of it, and the space for new objects shrinks too.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setFlagsFromString(`--bytecode-old-age=${bytecodeOldAge}`);
}
