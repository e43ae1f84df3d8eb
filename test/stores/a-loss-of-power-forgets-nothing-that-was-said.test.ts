import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEventFile } from '../../src/stores/embedded/event-file.ts';
import { type DiskCall, recordDiskCalls } from '../support/recorded-writes.ts';
import { requireProgram } from '../support/require-program.ts';
import { createDice } from '../support/seeded-dice.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const program = new URL('../support/recording-store-process.ts', import.meta.url).pathname;
const losses = 150;
/** A disk keeps a sector whole or not at all. */
const sectorBytes = 512;

/**
 * The system calls of a store that commits, sweeps and checkpoints are recorded. Power is then lost at random places: what
 * was written before the last fsync of its file is on the disk, and of what came after it any sector may be or not.
 */
test('power lost at any place between and within commits, sweeps and checkpoints: what was said to be durable is known', ({
  skip,
}) => {
  const strace = requireProgram('strace');
  if (strace === undefined) return skip();
  const calls = recordDiskCalls(strace, program, join(temporaryDirectory(), 'events.db'));
  const said = calls.filter(({ kind }) => kind === 'said').length;
  expect(said).toBeGreaterThan(300);
  expect(calls.filter(({ kind }) => kind === 'sync').length).toBeGreaterThan(100);

  const seed = Date.now() % 2 ** 31;
  const dice = createDice(seed);
  const figures = { losses: 0, keys: 0, lost: 0, alarms: 0 };
  for (let loss = 0; loss < losses; loss++) {
    const upTo = dice.below(calls.length);
    const directory = temporaryDirectory();
    for (const [name, bytes] of diskAfter(calls.slice(0, upTo), (n) => dice.below(n))) {
      writeFileSync(join(directory, name), bytes);
    }
    const durable = calls
      .slice(0, upTo)
      .flatMap((call) => (call.kind === 'said' ? [call.line.split(' ')[1] ?? ''] : []));
    const file = openEventFile({
      file: join(directory, 'events.db'),
      lockWaitMs: 0,
      afterFault: false,
      onWait: () => {},
      onLost: () => {
        figures.alarms += 1;
      },
    });
    const lost = durable.filter((key) => file.find(Buffer.from(key, 'hex')) === undefined);
    file.close();
    figures.losses += 1;
    figures.keys += durable.length;
    figures.lost += lost.length;
  }
  console.log(JSON.stringify({ seed, ...figures }));
  expect([figures.lost, figures.alarms], `seed ${seed}`).toEqual([0, 0]);
}, 240_000);

/** What lies on the disk after these calls and a loss of power. Unlinks are in order with each other, and may be late. */
function diskAfter(calls: readonly DiskCall[], below: (n: number) => number): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const lastSync = new Map<string, number>();
  for (const [index, call] of calls.entries()) if (call.kind === 'sync') lastSync.set(call.file, index);
  for (const [index, call] of calls.entries()) {
    if (call.kind === 'said' || call.kind === 'sync') continue;
    const before = files.get(call.file) ?? Buffer.alloc(0);
    if (call.kind === 'unlink') {
      files.delete(call.file);
      continue;
    }
    const isSynced = index < (lastSync.get(call.file) ?? -1);
    if (call.kind === 'truncate') {
      if (isSynced || below(2) === 0) files.set(call.file, resized(before, call.length));
      continue;
    }
    const after = resized(before, Math.max(before.length, call.at + call.bytes.length));
    for (let from = 0; from < call.bytes.length; from += sectorBytes) {
      if (isSynced || below(2) === 0) call.bytes.copy(after, call.at + from, from, from + sectorBytes);
    }
    files.set(call.file, after);
  }
  return files;
}

function resized(bytes: Buffer, length: number): Buffer {
  const other = Buffer.alloc(length);
  bytes.copy(other, 0, 0, length);
  return other;
}
