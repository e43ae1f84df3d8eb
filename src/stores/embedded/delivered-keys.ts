import { existsSync } from 'node:fs';
import { openEventFile } from './event-file.ts';
import { recordBytes } from './exchange.ts';
import { FileRefused } from './file-refusal.ts';

export interface DeliveredKey {
  /** 64 hex digits. */
  readonly key: string;
  /** Milliseconds since 1970 at which its retention ends. */
  readonly endsAt: number;
}

const rowsAtOnce = 1000;
const keyBytes = 32;

/**
 * All keys that a store's file remembers, the log's and the table's, once each or twice, while nobody else has the file
 * open. Blocks between steps, so it is for commands, not for a gate at work.
 *
 * @throws FileRefused with a sentence.
 */
export function* readDeliveredKeys(file: string, lockWaitMs: number): Generator<DeliveredKey> {
  // SQLite would make the file.
  if (!existsSync(file)) throw new FileRefused(`${file} does not exist; name the embedded store's file.`);
  const events = openEventFile({ file, lockWaitMs, afterFault: false, onWait: () => {} });
  try {
    const logged: DeliveredKey[] = [];
    events.readLog((_id, records) => {
      const bytes = Buffer.from(records.buffer, records.byteOffset, records.byteLength);
      for (let at = 0; at < bytes.length; at += recordBytes) {
        logged.push({
          key: bytes.toString('hex', at, at + keyBytes),
          endsAt: bytes.readDoubleLE(at + keyBytes),
        });
      }
    });
    yield* logged;
    for (let after: Uint8Array = new Uint8Array(0); ; ) {
      const keys = events.keysAfter(after, rowsAtOnce);
      for (const key of keys) {
        yield { key: Buffer.from(key).toString('hex'), endsAt: events.find(key) ?? 0 };
      }
      const last = keys.at(-1);
      if (last === undefined) return;
      after = last;
    }
  } finally {
    events.close();
  }
}
