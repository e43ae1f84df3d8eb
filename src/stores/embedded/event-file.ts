import { existsSync, readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { checkPlace, FileRefused, isBusy } from './file-refusal.ts';
import { bringUpToDate, createTables, schemaVersion } from './layout.ts';
import { lostCommits } from './lost-commits.ts';
import { sumOf } from './record-sum.ts';
import { rememberPlace } from './same-file.ts';
import { recordBytes } from './shared-memory.ts';

/** `PRAGMA application_id` of the store's files: "HKgt". */
const applicationId = 0x484b6774;
/** What must be free on the disk before a store that had a fault takes events again. */
const roomBytes = 256 * 1024;

/** Where the retention clock was when the file was written to last; milliseconds since 1970. */
export interface FileClock {
  readonly timeMs: number;
  readonly wallMs: number;
}

export interface FileRow {
  /** Empty where it is damaged so that it is no key any more. */
  readonly key: Uint8Array;
  /** End of retention. */
  readonly endsAt: number;
  /** False: the row is not as it was written. */
  readonly isWhole: boolean;
}

/**
 * The SQLite file, as the file's thread sees it. All methods block and throw what SQLite throws; whatever changes
 * something is durable on return.
 */
export interface EventFile {
  /** Undefined in a new file, in one of 0.1.0, and where it is damaged. */
  readClock(): FileClock | undefined;
  writeClock(clock: FileClock): void;
  /** Records, `recordBytes` each, in one transaction; with the clock where it is given. */
  record(records: Uint8Array, clock?: FileClock): void;
  /** The end of retention of a key; Infinity where it is damaged, since nobody knows that it is over. */
  find(key: Uint8Array): number | undefined;
  /** Up to `limit` rows after `after`, in the order of their keys. */
  rowsAfter(after: Uint8Array, limit: number): FileRow[];
  remove(keys: readonly Uint8Array[]): void;
  /** @throws FileRefused where the file is no longer in its place, so that a restart would not find it. */
  checkPlace(): void;
  /** Moves what the write-ahead log holds into the database, durably. */
  checkpoint(): void;
  close(): void;
}

export interface EventFileOptions {
  readonly file: string;
  /** How long to wait for another process to let go of the file. */
  readonly lockWaitMs: number;
  /** After a fault: the file has to be there, with room on the disk, and what a failed fsync left is written again. */
  readonly afterFault: boolean;
  /** Called once when the lock has to be waited for. */
  readonly onWait: () => void;
  /** Called where the write-ahead log is damaged, with the transactions behind the damage: they are forgotten. */
  readonly onLost?: (commits: number) => void;
}

/** Opens or creates the store's file, for this process alone. Throws `FileRefused` or SQLite's error. */
export function openEventFile(options: EventFileOptions): EventFile {
  const { file, lockWaitMs } = options;
  checkPlace(file);
  if (options.afterFault && !existsSync(file)) {
    throw new FileRefused(
      `The store's file ${file} was removed while it was in use; put it back, or restart the gate with a new one (what it remembered is then forgotten).`,
    );
  }
  refuseLogAlone(file);
  const giveUpAt = performance.now() + lockWaitMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = false; ; ) {
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      prepare(database, options);
      return statements(database, file);
    } catch (error) {
      database.close();
      if (!isBusy(error)) throw error;
      if (performance.now() >= giveUpAt) {
        throw new FileRefused(
          `Another process has the store's file ${file} open and did not let go of it for ${lockWaitMs} ms; stop it, or give each gate its own file.`,
          { cause: error },
        );
      }
      if (!waited) options.onWait();
      waited = true;
      Atomics.wait(pause, 0, 0, 50);
    }
  }
}

/**
 * SQLite would begin a new database and throw away the log of the one that is missing, whose latest records stand nowhere
 * else: it would be of no use any more to put that back.
 */
function refuseLogAlone(file: string): void {
  const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytesOf(file) > 0 || bytesOf(`${file}-wal`) === 0) return;
  throw new FileRefused(
    `${file}-wal holds what was recorded last, and its database ${file} is missing or empty; put that back, or move ${file}-wal away as well (what they remembered is then forgotten).`,
  );
}

function prepare(database: DatabaseSync, { file, afterFault, onLost }: EventFileOptions): void {
  // Before anything else touches the file: the lock taken with the first read is then never given back, and
  // WAL keeps its index in memory instead of in a shared file.
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  const owner = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  const isNew = owner === 0 && version === 0 && pragma(database, 'schema_version') === 0;
  if (!isNew && owner !== applicationId) {
    throw new FileRefused(
      `${file} is another program's database; name another file in duplicates.embedded.file.`,
    );
  }
  if (version > schemaVersion) {
    throw new FileRefused(
      `${file} was written by a newer version of Hookgate (layout ${version}, this one reads up to ${schemaVersion}); run that version, or move the file away.`,
    );
  }
  // The lock is held, and nothing is written over the log yet.
  const lost = lostCommits(readLog(file), pragma(database, 'page_size'));
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 16777216;
    PRAGMA cache_size = -2048;
    PRAGMA temp_store = MEMORY;
  `);
  // A write at once, so that a file that can only be read is refused now and not at the first event.
  database.exec('BEGIN IMMEDIATE');
  if (isNew) createTables(database);
  else bringUpToDate(database, version);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT;`);
  if (lost > 0) onLost?.(lost);
  if (!afterFault && lost === 0) return;
  // After a failed fsync Linux calls pages clean that never reached the disk. A whole checkpoint writes them again
  // from the log and starts the log anew; only then may later commits build on it. What lies behind damage in the log
  // ends with it, so that the next start does not tell of it again.
  const row = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (row?.busy !== 0) throw new FileRefused(`${file} could not be checkpointed after a fault.`);
  if (!afterFault) return;
  // No key has this length, and an end of 0 is over: should the process die in between, the next walk removes it.
  database.exec(`INSERT OR REPLACE INTO delivered VALUES (zeroblob(${roomBytes}), 0, NULL)`);
  database.exec(`DELETE FROM delivered WHERE key = zeroblob(${roomBytes})`);
}

function readLog(file: string): Buffer {
  try {
    return readFileSync(`${file}-wal`);
  } catch {
    // There is none, or SQLite says in a moment why it cannot be read.
    return Buffer.alloc(0);
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

function statements(database: DatabaseSync, file: string): EventFile {
  const readClock = database.prepare('SELECT time, wall, CAST(sum AS REAL) AS sum FROM clock');
  const writeClock = database.prepare('INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?)');
  const insert = database.prepare(
    'INSERT INTO delivered VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET ends = excluded.ends, sum = excluded.sum',
  );
  // Damage can make anything of a value, and node:sqlite throws at an integer past 2^53: such a row would end the thread.
  const row = `SELECT iif(typeof(key) = 'blob', key, x'') AS key, CAST(ends AS REAL) AS ends, CAST(sum AS REAL) AS sum FROM delivered`;
  const find = database.prepare(`${row} WHERE key = ?`);
  const rowsAfter = database.prepare(`${row} WHERE key > ? ORDER BY key LIMIT ?`);
  const remove = database.prepare('DELETE FROM delivered WHERE key = ?');
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const place = rememberPlace(file);

  const putClock = ({ timeMs, wallMs }: FileClock): void =>
    void writeClock.run(timeMs, wallMs, sumOf(noKey, timeMs, wallMs));

  const transaction = (work: () => void): void => {
    begin.run();
    work();
    commit.run();
  };

  return {
    readClock() {
      const row = readClock.get();
      const [timeMs, wallMs] = [Number(row?.time), Number(row?.wall)];
      return row?.sum === sumOf(noKey, timeMs, wallMs) ? { timeMs, wallMs } : undefined;
    },
    writeClock: putClock,
    record(records, clock) {
      const ends = new DataView(records.buffer, records.byteOffset, records.byteLength);
      transaction(() => {
        for (let at = 0; at < records.length; at += recordBytes) {
          const key = records.subarray(at, at + 32);
          const endsAt = Math.ceil(ends.getFloat64(at + 32, true));
          insert.run(key, endsAt, sumOf(key, endsAt));
        }
        if (clock) putClock(clock);
      });
    },
    find(key) {
      const row = find.get(key);
      if (row === undefined) return undefined;
      const { endsAt, isWhole } = rowOf(row);
      return isWhole ? endsAt : Number.POSITIVE_INFINITY;
    },
    rowsAfter: (after, limit) => rowsAfter.all(after, limit).map(rowOf),
    remove: (keys) =>
      transaction(() => {
        for (const key of keys) remove.run(key);
      }),
    checkPlace: () => place.check(),
    checkpoint: () => void database.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
    close: () => database.close(),
  };
}

const noKey = new Uint8Array(0);

/** Rows that 0.1.0 has written carry no sum. */
function rowOf(row: Record<string, unknown>): FileRow {
  const key = row.key as Uint8Array;
  const endsAt = Number(row.ends);
  return { key, endsAt, isWhole: key.length > 0 && (row.sum === null || row.sum === sumOf(key, endsAt)) };
}
