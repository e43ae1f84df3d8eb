import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openEventFile } from '../../src/stores/embedded/event-file.ts';
import { recordBytes } from '../../src/stores/embedded/shared-memory.ts';

const rowsAtOnce = 50_000;

/**
 * Makes a file of the embedded store that remembers `count` events, which it would have taken days to deliver. `endsAt`
 * gives the end of an event's retention, in milliseconds since 1970.
 */
export function writeRememberedEvents(file: string, count: number, endsAt: (index: number) => number): void {
  const events = openEventFile({ file, lockWaitMs: 0, afterFault: false, onWait: () => {} });
  // In the order of the keys, so that each page is written once. They are digests: spread evenly.
  const step = 2 ** 48 / count;
  for (let from = 0; from < count; from += rowsAtOnce) {
    const records = randomBytes(recordBytes * Math.min(rowsAtOnce, count - from));
    for (let at = 0, index = from; at < records.length; at += recordBytes, index++) {
      records.writeUIntBE(Math.floor(index * step), at, 6);
      records.writeDoubleLE(endsAt(index), at + 32);
    }
    events.record(records);
  }
  events.checkpoint();
  events.close();
}

/** Bytes on the disk: the database with its log. */
export function storedBytes(file: string): number {
  const files = readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)));
  return files.reduce((sum, name) => sum + statSync(join(dirname(file), name)).size, 0);
}

/** Resolves with the number of events that a gate's store remembers, once it has counted them. */
export async function rememberedBy({ adminPort }: { readonly adminPort: number }): Promise<number> {
  for (;;) {
    const status = (await (await fetch(`http://127.0.0.1:${adminPort}/status`)).json()) as {
      store?: { remembered?: number };
    };
    if (status.store?.remembered !== undefined) return status.store.remembered;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
