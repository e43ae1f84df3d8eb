import { execFile } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type EventFile, openEventFile } from '../../src/stores/embedded/event-file.ts';
import { recordBytes } from '../../src/stores/embedded/shared-memory.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const program = new URL('../support/open-event-file-process.ts', import.meta.url).pathname;
const later = Date.now() + 3_600_000;

function open(file: string, afterFault = false): EventFile {
  return openEventFile({ file, lockWaitMs: 0, afterFault, onWait: () => {} });
}

function recordOf(byte: number): Buffer {
  const record = Buffer.alloc(recordBytes, byte);
  record.writeDoubleLE(later, 32);
  return record;
}

/** In a process whose files may have so many KiB. */
async function openWithRoom(file: string, roomKiB: number, after: 'fault' | 'start'): Promise<string> {
  const limited = `trap '' XFSZ; ulimit -f ${roomKiB * 2}; exec "$0" "$@"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, program, file, after]);
  return stdout.trim();
}

test('a disk without room for a quarter of a MiB is still full after a fault; at a start it will do', async () => {
  const file = join(temporaryDirectory(), 'events.db');
  open(file).close();
  expect(await openWithRoom(file, 100, 'start')).toBe('opened');
  expect(await openWithRoom(file, 100, 'fault')).toMatch(/full|I\/O/);
  expect(await openWithRoom(file, 2000, 'fault')).toBe('opened');
});

test('what tries the room on the disk leaves nothing behind', () => {
  const file = join(temporaryDirectory(), 'events.db');
  open(file).close();
  const again = open(file, true);
  expect(again.rowsAfter(new Uint8Array(0), 10)).toEqual([]);
  again.close();
});

test('after a fault all that the write-ahead log holds is written again, before anything builds on it', () => {
  const file = join(temporaryDirectory(), 'events.db');
  const before = open(file);
  before.record(recordOf(1));
  const crashed = `${file}.crashed`;
  for (const end of ['', '-wal']) copyFileSync(`${file}${end}`, `${crashed}${end}`);
  before.close();

  const again = open(crashed, true);
  const alone = `${file}.alone`;
  copyFileSync(crashed, alone);
  expect(existsSync(`${alone}-wal`)).toBe(false);
  again.close();
  const copy = open(alone);
  expect(copy.find(recordOf(1).subarray(0, 32))).toBe(Math.ceil(later));
  copy.close();
});

test('a file that is gone is not made anew after a fault', () => {
  expect(() => open(join(temporaryDirectory(), 'events.db'), true)).toThrow(
    /was removed while it was in use/,
  );
});
