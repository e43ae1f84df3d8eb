import { existsSync } from 'node:fs';
import { openEventFile } from './event-file.ts';
import { keyBytes } from './exchange.ts';
import { FileRefused } from './file-refusal.ts';
import { createRecentKeys } from './recent-keys.ts';

export interface DeliveredKey {
  /** 64 hex digits. */
  readonly key: string;
  /** Milliseconds since 1970 at which its retention ends. */
  readonly endsAt: number;
}

const rowsAtOnce = 1000;

/**
 * All keys that a store's file remembers, the log's and the table's, while nobody else has the file open; a key that is
 * in both comes twice. Blocks between steps, so it is for commands, not for a gate at work.
 *
 * @throws FileRefused with a sentence.
 */
export function* readDeliveredKeys(file: string, lockWaitMs: number): Generator<DeliveredKey> {
  // SQLite would make the file.
  if (!existsSync(file)) throw new FileRefused(`${file} does not exist; name the embedded store's file.`);
  const events = openEventFile({ file, lockWaitMs, afterFault: false, onWait: () => {} });
  try {
    const logged = createRecentKeys();
    events.readLog((_id, records) => logged.add(records));
    for (let place = 0; place < logged.count; place++) {
      yield { key: hex(logged.keyAt(place)), endsAt: logged.endAt(place) };
    }
    for (let after: Uint8Array = new Uint8Array(0); ; ) {
      const keys = events.keysAfter(after, rowsAtOnce);
      if (keys.length === 0) return;
      for (let at = 0; at < keys.length; at += keyBytes) {
        after = keys.subarray(at, at + keyBytes);
        yield { key: hex(after), endsAt: events.find(after) ?? 0 };
      }
    }
  } finally {
    events.close();
  }
}

function hex(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}
