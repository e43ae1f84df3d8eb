import { DatabaseSync } from 'node:sqlite';
import { checkPlace, FileRefused, isBusy } from './file-refusal.ts';

/** `PRAGMA application_id` of the store's files: "HKgt". */
const applicationId = 0x484b6774;
/** `PRAGMA user_version`: raised with every change of the tables that an older version could not read. */
const schemaVersion = 1;
/** What must be free on the disk before a store that had a fault takes events again. */
const roomBytes = 256 * 1024;

/**
 * `recent` is the log: one row a commit, the records end to end, so that a commit writes one page however many
 * events it has. `delivered` is where the log's keys are filed, in the order of the keys, many at a time.
 */
const tables = `
  CREATE TABLE recent (id INTEGER PRIMARY KEY, records BLOB NOT NULL) STRICT;
  CREATE TABLE delivered (key BLOB PRIMARY KEY, ends INTEGER NOT NULL) WITHOUT ROWID, STRICT;
`;

/** The SQLite file, as the file's thread sees it. All methods block and throw what SQLite throws. */
export interface EventFile {
  /** The log, oldest first. */
  readLog(each: (id: number, records: Uint8Array) => void): void;
  /** Appends to the log; durable on return. Gives the log row's id. */
  append(records: Uint8Array): number;
  /** The end of retention of a key that has been filed. */
  find(key: Uint8Array): number | undefined;
  /** One transaction, not yet durable on return but in order with all others: nothing later survives without it. */
  inOrder(work: () => void): void;
  file(key: Uint8Array, endsAt: number): void;
  /** Removes what ended up to `time` among the keys from `from` up to but without `to`; gives how many. */
  removeEnded(from: Uint8Array, to: Uint8Array, time: number): number;
  /** Shortens ends that lie beyond `latest` (left by a wall clock that was wrong) to `latest`. */
  shorten(from: Uint8Array, to: Uint8Array, latest: number): void;
  /** Removes log rows with ids from `from` to `to`. */
  trimLog(from: number, to: number): void;
  /** Up to `limit` filed keys after `after`, in order, end to end: an object a key would be garbage by the megabyte. */
  keysAfter(after: Uint8Array, limit: number): Buffer;
  /** A guess at the number of filed keys, from the file's size. */
  guessRows(): number;
  /** Moves what the write-ahead log holds into the database, durably. */
  checkpoint(): void;
  close(): void;
}

export interface OpenOptions {
  readonly file: string;
  /** How long to wait for another process to let go of the file. */
  readonly lockWaitMs: number;
  /** After a fault: demand room on the disk, and rewrite what a failed fsync may have left unwritten. */
  readonly afterFault: boolean;
  /** Called once when the lock has to be waited for. */
  readonly onWait: () => void;
}

/** Opens or creates the store's file, for this process alone. Throws `FileRefused` or SQLite's error. */
export function openEventFile(options: OpenOptions): EventFile {
  const { file, lockWaitMs } = options;
  checkPlace(file);
  const giveUpAt = performance.now() + lockWaitMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = false; ; ) {
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      prepare(database, options);
      return statements(database);
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

function prepare(database: DatabaseSync, { file, afterFault }: OpenOptions): void {
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
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 16777216;
    PRAGMA cache_size = -512;
    PRAGMA temp_store = MEMORY;
  `);
  if (isNew) {
    database.exec(`BEGIN IMMEDIATE; ${tables}
      PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT;`);
  } else {
    // A write at once, so that a file that can only be read is refused now and not at the first event.
    database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${schemaVersion}; COMMIT;`);
  }
  if (!afterFault) return;
  // After a failed fsync Linux calls pages clean that never reached the disk. A whole checkpoint writes them again
  // from the log and starts the log anew; only then may later commits build on it.
  const row = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (row?.busy !== 0) throw new FileRefused(`${file} could not be checkpointed after a fault.`);
  database.exec(`INSERT INTO recent VALUES (-1, zeroblob(${roomBytes})); DELETE FROM recent WHERE id = -1;`);
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

function statements(database: DatabaseSync): EventFile {
  const readLog = database.prepare('SELECT id, records FROM recent WHERE id > 0 ORDER BY id');
  const append = database.prepare('INSERT INTO recent (records) VALUES (?)');
  const find = database.prepare('SELECT ends FROM delivered WHERE key = ?');
  const file = database.prepare(
    'INSERT INTO delivered VALUES (?, ?) ON CONFLICT DO UPDATE SET ends = excluded.ends',
  );
  const removeEnded = database.prepare('DELETE FROM delivered WHERE key >= ? AND key < ? AND ends <= ?');
  const shorten = database.prepare(
    'UPDATE delivered SET ends = ?3 WHERE key >= ?1 AND key < ?2 AND ends > ?3',
  );
  const trimLog = database.prepare('DELETE FROM recent WHERE id BETWEEN ? AND ?');
  const keysAfter = database.prepare(
    `SELECT group_concat(hex(key), '' ORDER BY key) AS keys
      FROM (SELECT key FROM delivered WHERE key > ? ORDER BY key LIMIT ?)`,
  );
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');

  return {
    readLog(each) {
      for (const row of readLog.iterate()) each(Number(row.id), row.records as Uint8Array);
    },
    append: (records) => Number(append.run(records).lastInsertRowid),
    find(key) {
      const row = find.get(key);
      return row === undefined ? undefined : Number(row.ends);
    },
    inOrder(work) {
      // NORMAL leaves the fsync to the next commit of the log, or to the checkpoint; the log has the keys until then.
      database.exec('PRAGMA synchronous = NORMAL');
      begin.run();
      work();
      commit.run();
      database.exec('PRAGMA synchronous = FULL');
    },
    file: (key, endsAt) => void file.run(key, Math.ceil(endsAt)),
    removeEnded: (from, to, time) => Number(removeEnded.run(from, to, Math.floor(time)).changes),
    shorten: (from, to, latest) => void shorten.run(from, to, Math.ceil(latest)),
    trimLog: (from, to) => void trimLog.run(from, to),
    keysAfter: (after, limit) =>
      Buffer.from((keysAfter.get(after, limit)?.keys as string | null) ?? '', 'hex'),
    guessRows: () => Math.ceil((pragma(database, 'page_count') * pragma(database, 'page_size')) / 64),
    checkpoint: () => void database.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
    close: () => database.close(),
  };
}
