import type { EventFile } from './event-file.ts';
import type { RecentKeys } from './recent-keys.ts';

/** Keys filed in one step, and filed keys looked at in one step: a commit never waits longer than for one step. */
const filedPerStep = 48;
const lookedAtPerStep = 512;
const trimmedPerStep = 200;

/**
 * One walk through the file in the order of the keys: a step takes a narrow range, removes what has expired in it
 * and files the log's keys that belong there. Filing in order touches each page of the table once a round instead
 * of once a key, and the removing comes almost free with it.
 */
export interface FilingRound {
  /** A step; true when the round is over and the log has been trimmed. */
  step(timeMs: number, maySweep: boolean): boolean;
  /** Rows that the steps so far have added and removed. */
  readonly filed: number;
  readonly removed: number;
}

/** `lastLogId`: the youngest log row whose records are all in `keys`. */
export function startFilingRound(options: {
  readonly file: EventFile;
  readonly keys: RecentKeys;
  readonly firstLogId: number;
  readonly lastLogId: number;
  /** Ends later than this after now are the work of a wrong clock; undefined when that cannot be told. */
  readonly longestRetentionMs: number | undefined;
}): FilingRound {
  const { file, keys, lastLogId, longestRetentionMs } = options;
  const order = keys.inOrder();
  const width = Math.max(1, Math.floor(2 ** 32 / Math.max(1, file.guessRows() / lookedAtPerStep)));
  let next = 0;
  let from = 0;
  let trimFrom = options.firstLogId;
  let filed = 0;
  let removed = 0;

  const fileRange = (timeMs: number, maySweep: boolean): void => {
    const last = order[next + filedPerStep];
    const to = Math.min(2 ** 32, from + width, last === undefined ? 2 ** 32 : keys.prefixAt(last) + 1);
    file.inOrder(() => {
      const [low, high] = [bound(from), bound(to)];
      if (maySweep) removed += file.removeEnded(low, high, timeMs);
      if (longestRetentionMs !== undefined) file.shorten(low, high, timeMs + longestRetentionMs);
      for (; next < order.length; next++, filed++) {
        const place = order[next] as number;
        if (keys.prefixAt(place) >= to) break;
        const endsAt = keys.endAt(place);
        if (maySweep && endsAt <= timeMs) {
          // Counted as filed by the loop, too: it is in the file no longer than it is in the log.
          removed++;
          continue;
        }
        file.file(keys.keyAt(place), endsAt);
      }
    });
    from = to;
  };

  return {
    step(timeMs, maySweep) {
      if (from < 2 ** 32) {
        fileRange(timeMs, maySweep);
        return false;
      }
      if (trimFrom <= lastLogId) {
        const to = Math.min(lastLogId, trimFrom + trimmedPerStep - 1);
        file.inOrder(() => file.trimLog(trimFrom, to));
        trimFrom = to + 1;
      }
      return trimFrom > lastLogId;
    },
    get filed() {
      return filed;
    },
    get removed() {
      return removed;
    },
  };
}

/** The least key with this prefix; beyond the last prefix, more than any key. */
function bound(prefix: number): Uint8Array {
  const key = new Uint8Array(prefix === 2 ** 32 ? 33 : 4);
  if (prefix === 2 ** 32) key.fill(255);
  else new DataView(key.buffer).setUint32(0, prefix);
  return key;
}
