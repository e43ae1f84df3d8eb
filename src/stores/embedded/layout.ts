import type { DatabaseSync } from 'node:sqlite';

/** `PRAGMA user_version`: raised with every change of the tables that an older version could not read. */
export const schemaVersion = 2;

/**
 * `delivered` has one row a key, `ends` in milliseconds since 1970, `sum` as record-sum.ts makes it. `clock` has at most
 * one row: where the retention clock was.
 */
const clockTable = `
  CREATE TABLE clock (id INTEGER PRIMARY KEY, time REAL NOT NULL, wall REAL NOT NULL, sum INTEGER NOT NULL) STRICT;
`;
const tables = `
  CREATE TABLE delivered (key BLOB PRIMARY KEY, ends INTEGER NOT NULL, sum INTEGER) WITHOUT ROWID, STRICT;
  ${clockTable}
`;

/** Within the transaction of whoever opens the file. */
export function createTables(database: DatabaseSync): void {
  database.exec(tables);
}

/**
 * Layout 1 (0.1.0) kept the latest records in a log, `recent`, 40 bytes each: the key and the end of its retention as a
 * little-endian double. They move into the table; rows without a sum stay as they are until they end.
 */
export function bringUpToDate(database: DatabaseSync, version: number): void {
  if (version >= schemaVersion) return;
  database.exec(`ALTER TABLE delivered ADD COLUMN sum INTEGER; ${clockTable}`);
  const insert = database.prepare(
    'INSERT INTO delivered (key, ends) VALUES (?, ?) ON CONFLICT DO UPDATE SET ends = excluded.ends',
  );
  const log = database.prepare('SELECT records FROM recent WHERE id > 0 ORDER BY id');
  for (const row of log.iterate()) {
    const records = Buffer.from(row.records as Uint8Array);
    for (let at = 0; at + 40 <= records.length; at += 40) {
      insert.run(records.subarray(at, at + 32), Math.ceil(records.readDoubleLE(at + 32)));
    }
  }
  database.exec('DROP TABLE recent');
}
