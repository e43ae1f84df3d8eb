/**
 * A gate whose store sweeps and files all the time: `node sweeping-gate-process.ts CONFIG`. Its clocks jump over the
 * five minutes after the start, in which a store removes nothing. Prints its port once it is ready.
 */
import { startGate } from '../../src/app/serve/serve.ts';
import { openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';

let aheadMs = 0;
const started = await startGate(
  { file: process.argv[2], flags: {}, env: {} },
  {
    openStore: ({ duplicates }) =>
      openEmbeddedStore({
        file: duplicates.store === 'embedded' ? duplicates.embedded.file : '',
        now: () => performance.now() + aheadMs,
        wallClock: () => Date.now() + aheadMs,
        lockWaitMs: 10_000,
        sweepEveryMs: 1,
      }),
  },
);
if (started.kind !== 'running') throw new Error(JSON.stringify(started));
aheadMs = 10 * 60_000;
process.stdout.write(`${started.gate.traffic.port}\n`);
