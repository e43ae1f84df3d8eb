/**
 * Writes to a store's file, and says which keys are durable: `node recording-store-process.ts FILE`. Small write-ahead logs,
 * so that checkpoints come often; some keys have ended and are removed on the way.
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openEventFile } from '../../src/stores/embedded/event-file.ts';
import { recordBytes } from '../../src/stores/embedded/shared-memory.ts';
import { startWalk } from '../../src/stores/embedded/walk.ts';

const [path = ''] = process.argv.slice(2);
const now = 1_800_000_000_000;
const file = openEventFile({ file: path, lockWaitMs: 0, afterFault: false, onWait: () => {} });
let walk = startWalk(file);
for (let commit = 0; commit < 120; commit++) {
  const keys = Array.from({ length: 1 + (commit % 7) }, (_, n) =>
    createHash('sha256').update(`${commit}-${n}`).digest(),
  );
  const records = Buffer.concat(keys.map((key) => Buffer.concat([key, Buffer.alloc(recordBytes - 32)])));
  for (const n of keys.keys()) {
    // The first of each commit is over from the start.
    records.writeDoubleLE(n === 0 ? now - 1 : now + 1_000_000, n * recordBytes + 32);
  }
  file.record(records, commit % 10 === 0 ? { timeMs: now, wallMs: now } : undefined);
  for (const key of keys.slice(1)) writeSync(1, `durable ${key.toString('hex')}\n`);
  if (commit % 5 === 4 && walk.step(now, true)) walk = startWalk(file);
  if (commit % 23 === 22) file.checkpoint();
}
file.close();
