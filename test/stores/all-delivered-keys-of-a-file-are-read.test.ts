import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDeliveredKeys } from '../../src/stores/embedded/delivered-keys.ts';
import { openEventFile } from '../../src/stores/embedded/event-file.ts';
import { recordBytes } from '../../src/stores/embedded/shared-memory.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('all keys are read, each with its end', () => {
  const file = join(temporaryDirectory(), 'events.db');
  const events = openEventFile({ file, lockWaitMs: 0, afterFault: false, onWait: () => {} });
  const wanted = new Map<string, number>();
  const newKey = (): Buffer => {
    const key = randomBytes(32);
    wanted.set(key.toString('hex'), 1_800_000_000_000 + wanted.size);
    return key;
  };
  const endOf = (key: Buffer): number => wanted.get(key.toString('hex')) as number;
  for (const count of [2500, 1, 5]) {
    const records = Buffer.alloc(count * recordBytes);
    for (let at = 0; at < records.length; at += recordBytes) {
      const key = newKey();
      key.copy(records, at);
      records.writeDoubleLE(endOf(key), at + 32);
    }
    events.record(records);
  }
  events.close();

  const read = [...readDeliveredKeys(file, 0, createSteppedClock())];
  expect(read.length).toBe(2506);
  expect(new Map(read.map(({ key, endsAt }) => [key, endsAt]))).toEqual(wanted);
});

test("the ends of a file whose time is another than the wall clock's are told by the wall clock", () => {
  const file = join(temporaryDirectory(), 'events.db');
  const clock = createSteppedClock();
  const year = 365 * 24 * 3_600_000;
  const wallMs = clock.wallClock();
  const events = openEventFile({ file, lockWaitMs: 0, afterFault: false, onWait: () => {} });
  const record = Buffer.alloc(recordBytes, 1);
  record.writeDoubleLE(wallMs - year + 3_600_000, 32);
  events.record(record, { timeMs: wallMs - year, wallMs });
  events.close();
  clock.pass(600_000);
  const [read] = [...readDeliveredKeys(file, 0, clock)];
  // An hour when it was written, and ten minutes have passed.
  expect((read?.endsAt ?? 0) - clock.wallClock()).toBe(50 * 60_000);
});
