import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { type EmbeddedStoreOptions, openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';

/** A store whose clocks the benchmark can set on, past the minutes in which a start removes nothing. */
export async function openBenchStore(
  file: string,
  options: Partial<EmbeddedStoreOptions> = {},
): Promise<{ store: DuplicateStore; setOn: (ms: number) => void }> {
  let aheadMs = 0;
  const store = await openEmbeddedStore({
    file,
    now: () => performance.now() + aheadMs,
    wallClock: () => Date.now() + aheadMs,
    lockWaitMs: 0,
    onFault: (sentence) => {
      throw new Error(sentence);
    },
    ...options,
  });
  return { store, setOn: (ms) => (aheadMs += ms) };
}

/** Fills a new store's file with delivered keys, as its filing leaves them. */
export async function writeRemembered(
  file: string,
  count: number,
  endsAt: (index: number) => number,
): Promise<void> {
  await (await openBenchStore(file)).store.close();
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; BEGIN');
  const insert = database.prepare('INSERT INTO delivered VALUES (?, ?)');
  // In the order of the keys: the first four bytes rise, the rest is random.
  for (let index = 0; index < count; index++) {
    const key = randomBytes(32);
    key.writeUInt32BE(Math.floor((index / count) * 2 ** 32));
    insert.run(key, Math.floor(endsAt(index)));
  }
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** Resolves once the store has counted what it remembers, and its filter knows every key. */
export async function counted(store: DuplicateStore): Promise<number> {
  for (;;) {
    const { remembered } = await store.health();
    if (remembered !== undefined) return remembered;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The database with its log. */
export function storedBytes(file: string): number {
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)));
  return names.reduce((sum, name) => sum + statSync(join(dirname(file), name)).size, 0);
}
