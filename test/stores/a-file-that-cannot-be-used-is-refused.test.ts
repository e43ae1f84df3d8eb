import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openTestStore } from '../support/embedded-store.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const key = 'ab'.repeat(32);
const minuteMs = 60_000;

test.each<[string, (file: string) => void, RegExp]>([
  ['no folder', () => {}, /does not exist or cannot be entered; create it/],
  [
    'a folder',
    (file) => mkdirSync(file, { recursive: true }),
    /is a folder; duplicates\.embedded\.file must name a file/,
  ],
  [
    'text',
    (file) => writeFileSync(inFolder(file), 'addresses:\n  - 203.0.113.7\n'.repeat(200)),
    /is not a database; name another file/,
  ],
  [
    "somebody else's database",
    (file) => createDatabase(file, 'CREATE TABLE theirs (a)'),
    /is another program's database/,
  ],
  [
    'a newer version',
    (file) => createDatabase(file, 'PRAGMA application_id = 0x484b6774; PRAGMA user_version = 99'),
    /newer/,
  ],
])('%s in the place of the file is refused with a sentence', async (_name, prepare, sentence) => {
  const file = join(temporaryDirectory(), 'sub', 'events.db');
  prepare(file);

  await expect(openTestStore({ file })).rejects.toMatchObject({
    name: 'StoreRefused',
    message: expect.stringMatching(sentence),
  });
});

test('a folder on a disk that is mounted read-only is refused, and the mount is named', async () => {
  const disk = mountSmallDisk(64);
  if (disk === undefined) return;
  expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);

  await expect(openTestStore({ file: join(disk, 'events.db') })).rejects.toMatchObject({
    name: 'StoreRefused',
    message: expect.stringMatching(/read-only file system; mount the volume writable/),
  });
});

test('a damaged file is refused, and not written to', async () => {
  const { store, file } = await openTestStore();
  await claimAndConfirm(store, key);
  await store.close();
  const bytes = readFileSync(file);
  bytes.fill(0x55, 100, 4096);
  writeFileSync(file, bytes);

  await expect(openTestStore({ file })).rejects.toMatchObject({
    name: 'StoreRefused',
    message: expect.stringMatching(/damaged|not a database/),
  });
  expect(readFileSync(file).equals(bytes)).toBe(true);
});

test('a log whose database is missing is refused, and there for it when it is back', async () => {
  const { store, file } = await openTestStore();
  await claimAndConfirm(store, key);
  // As a process leaves them that was killed: the record stands in the log alone.
  const crashed = join(temporaryDirectory(), 'events.db');
  copyFileSync(file, `${crashed}.aside`);
  copyFileSync(`${file}-wal`, `${crashed}-wal`);

  await expect(openTestStore({ file: crashed })).rejects.toMatchObject({
    name: 'StoreRefused',
    message: expect.stringMatching(/events\.db-wal holds what was recorded last.*put that back/),
  });

  renameSync(`${crashed}.aside`, crashed);
  const back = await openTestStore({ file: crashed });
  expect(await back.store.claim(key, minuteMs)).toEqual({ kind: 'delivered' });
});

test('a second store on the same file is refused after its wait, and has it once the first is closed', async () => {
  const first = await openTestStore();
  await claimAndConfirm(first.store, key);

  await expect(openTestStore({ file: first.file })).rejects.toMatchObject({
    name: 'StoreRefused',
    message: expect.stringContaining('Another process has the store'),
  });

  const waiting = openTestStore({ file: first.file, lockWaitMs: 30_000 });
  await first.store.close();
  const { store } = await waiting;
  expect(await store.claim(key, minuteMs)).toEqual({ kind: 'delivered' });
});

async function claimAndConfirm(
  store: Awaited<ReturnType<typeof openTestStore>>['store'],
  of: string,
): Promise<void> {
  const claim = await store.claim(of, minuteMs);
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  expect(await store.confirm(of, claim.token, 7 * 24 * 60 * minuteMs)).toBe(true);
}

function inFolder(file: string): string {
  mkdirSync(join(file, '..'), { recursive: true });
  return file;
}

function createDatabase(file: string, sql: string): void {
  const database = new DatabaseSync(inFolder(file));
  database.exec(sql);
  database.close();
}
