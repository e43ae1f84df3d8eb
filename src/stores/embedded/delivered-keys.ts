import { existsSync } from 'node:fs';
import { openEventFile } from './event-file.ts';
import { FileRefused } from './file-refusal.ts';
import { createRetentionClock } from './retention-clock.ts';

export interface DeliveredKey {
  /** 64 hex digits. */
  readonly key: string;
  /**
   * Milliseconds since 1970 at which its retention ends, by the wall clock as it is now; undefined where the record is
   * damaged, so that nobody knows.
   */
  readonly endsAt: number | undefined;
}

const rowsAtOnce = 1000;

/**
 * All keys that a store's file remembers, while nobody else has the file open. The file has a time of its own, as a start of
 * the gate would go on from it; the ends are told by the wall clock. Blocks between steps, so it is for commands, not for a
 * gate at work. `onLost` as where the gate opens it, which hears of it no more.
 *
 * @throws FileRefused with a sentence.
 */
export function* readDeliveredKeys(
  file: string,
  lockWaitMs: number,
  clocks: { readonly now: () => number; readonly wallClock: () => number },
  onLost: (commits: number) => void = () => {},
): Generator<DeliveredKey> {
  // SQLite would make the file.
  if (!existsSync(file)) throw new FileRefused(`${file} does not exist; name the embedded store's file.`);
  const events = openEventFile({ file, lockWaitMs, afterFault: false, onWait: () => {}, onLost });
  try {
    const clock = createRetentionClock({ ...clocks, onJump: () => {} });
    const saved = events.readClock();
    if (saved) clock.resume(saved);
    const aheadMs = clocks.wallClock() - clock.read();
    for (let after: Uint8Array = new Uint8Array(0); ; ) {
      const rows = events.rowsAfter(after, rowsAtOnce);
      const before = after;
      for (const { key, endsAt, isWhole } of rows) {
        if (key.length === 0) continue;
        yield { key: Buffer.from(key).toString('hex'), endsAt: isWhole ? endsAt + aheadMs : undefined };
        // A damaged key says nothing of where the next ones are.
        if (isWhole && Buffer.compare(key, after) > 0) after = key;
      }
      if (rows.length < rowsAtOnce || after === before) return;
    }
  } finally {
    events.close();
  }
}
