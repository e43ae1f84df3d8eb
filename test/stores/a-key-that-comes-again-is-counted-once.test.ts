import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openEventFile } from '../../src/stores/embedded/event-file.ts';
import { createHousekeeping } from '../../src/stores/embedded/housekeeping.ts';
import { recordBytes, type WorkerEnd } from '../../src/stores/embedded/shared-memory.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const day = 86_400_000;

function record(name: string, endsAt: number): Uint8Array {
  const bytes = Buffer.alloc(recordBytes);
  createHash('sha256').update(name).digest().copy(bytes);
  bytes.writeDoubleLE(endsAt, 32);
  return bytes;
}

test('the number of keys that are remembered comes right with the next walk', () => {
  const path = join(temporaryDirectory(), 'events.db');
  const file = openEventFile({ file: path, lockWaitMs: 0, afterFault: false, onWait: () => {} });
  onTestFinished(() => file.close());
  let remembered = 0;
  const end = {
    timeMs: 0,
    wallMs: 0,
    maySweep: true,
    setRemembered: (rows: number) => {
      remembered = rows;
    },
  };
  const keeping = createHousekeeping({ file, end: end as WorkerEnd, sweepEveryMs: 1000, onWalked: () => {} });
  const walk = (): void => {
    while (keeping.step() !== undefined);
  };
  walk();
  keeping.record(record('once', day));
  for (let again = 1; again <= 50; again++) keeping.record(record('repeatable', day + again));
  end.timeMs = 2000;
  walk();
  expect(remembered).toBe(2);

  keeping.record(record('later', day));
  expect(remembered).toBe(3);
  end.timeMs = day + 10;
  walk();
  expect(remembered).toBe(1);
});
