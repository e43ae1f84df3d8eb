import type { EventFile } from './event-file.ts';
import { recordBytes, type WorkerEnd } from './exchange.ts';
import { startFilingRound } from './filing-round.ts';
import { type FilterBuild, startFilterBuild } from './filter-build.ts';
import type { KeyFilter } from './key-filter.ts';
import { createRecentKeys } from './recent-keys.ts';

/** A round of filing starts when the log has this share of the file's keys, within these bounds. */
const logShare = 1 / 32;
const largestLog = 262_144;
/** After a step of a round the thread leaves the file alone for so many times the step's duration. */
const restFactor = 4;

/** What the file holds, with what the thread remembers about it: the log's keys, the round, the filter. */
export interface KeyLedger {
  /** Makes the records durable, then known. */
  record(records: Uint8Array): void;
  isDelivered(key: Uint8Array): boolean;
  /** One piece of housekeeping; gives the milliseconds to wait before the next, undefined when there is none. */
  step(): number | undefined;
  /** Writes again whatever of these records the file has lost; gives how many. */
  restore(records: Uint8Array): number;
  /** All records that have been confirmed but not been filed yet. */
  unfiled(): Uint8Array;
}

export interface LedgerOptions {
  readonly file: EventFile;
  readonly end: WorkerEnd;
  /** A round at least this often, so that expired keys leave the file of a quiet gate too. */
  readonly sweepEveryMs: number;
  /** Keys in the log below which no round starts for their sake. */
  readonly smallestRound: number;
  readonly onFilter: (memory: SharedArrayBuffer, generation: number) => void;
}

export function createKeyLedger(options: LedgerOptions): KeyLedger {
  const { file, end, sweepEveryMs, smallestRound, onFilter } = options;
  let log = createRecentKeys();
  /**
   * Where the log goes on while this one's keys are filed: two tables in turn, since garbage of their size would wait
   * long for its collection.
   */
  let spare = createRecentKeys();
  let firstLogId = 1;
  let lastLogId = 0;
  let filing: { keys: typeof log; round: ReturnType<typeof startFilingRound> } | undefined;
  let lastRoundAt = end.timeMs;
  let longestRetentionMs: number | undefined;
  let rows = file.guessRows();
  let rowsCounted = false;
  /** Filters that must know every key now: the one in use, and its successor until that is in use. */
  let filters: { filter: KeyFilter; generation: number }[] = [];
  let build: FilterBuild | undefined;
  let inFilter = 0;

  let firstRow = true;
  file.readLog((id, records) => {
    if (firstRow) firstLogId = id;
    firstRow = false;
    lastLogId = id;
    log.add(records);
  });

  const startBuild = (): void => {
    build = startFilterBuild(
      file,
      (filters.at(-1)?.generation ?? 0) + 1,
      rowsCounted ? rows + log.count : undefined,
    );
    inFilter = 0;
    addToFilter(build.filter, log.bytes());
    if (filing) addToFilter(build.filter, filing.keys.bytes());
  };

  const addToFilter = (filter: KeyFilter, records: Uint8Array): void => {
    for (let at = 0; at < records.length; at += recordBytes) filter.add(records, at);
  };

  const tellRemembered = (): void => {
    if (!rowsCounted) return;
    end.setRemembered(rows + log.count + (filing ? filing.keys.count - filing.round.filed : 0));
  };

  const isRoundDue = (): boolean => {
    if (log.count >= Math.max(smallestRound, Math.min(largestLog, rows * logShare))) return true;
    return end.maySweep && end.timeMs - lastRoundAt >= sweepEveryMs;
  };

  const startRound = (): void => {
    filing = {
      keys: log,
      round: startFilingRound({ file, keys: log, firstLogId, lastLogId, longestRetentionMs }),
    };
    log = spare;
    firstLogId = lastLogId + 1;
    lastRoundAt = end.timeMs;
  };

  const stepRound = (round: ReturnType<typeof startFilingRound>): void => {
    const before = round.filed - round.removed;
    if (round.step(end.timeMs, end.maySweep) && filing) {
      spare = filing.keys;
      spare.clear();
      filing = undefined;
    }
    rows += round.filed - round.removed - before;
    tellRemembered();
  };

  const stepBuild = (current: FilterBuild): void => {
    if (!current.step()) return;
    if (!rowsCounted) rows = current.read;
    rowsCounted = true;
    inFilter += current.read;
    filters.push({ filter: current.filter, generation: current.generation });
    build = undefined;
    onFilter(current.filter.memory, current.generation);
    tellRemembered();
  };

  const dropOldFilters = (): void => {
    if (filters.length > 1) filters = filters.filter(({ generation }) => generation >= end.filterInUse);
  };

  startBuild();

  return {
    record(records) {
      lastLogId = file.append(records);
      log.add(records);
      inFilter += records.length / recordBytes;
      if (build) addToFilter(build.filter, records);
      for (const { filter } of filters) addToFilter(filter, records);
      const ends = new DataView(records.buffer, records.byteOffset);
      const retentionMs = ends.getFloat64(records.length - 8, true) - end.timeMs;
      if (retentionMs > (longestRetentionMs ?? 0)) longestRetentionMs = retentionMs;
      tellRemembered();
    },
    isDelivered(key) {
      const endsAt = log.find(key) ?? filing?.keys.find(key) ?? file.find(key);
      return endsAt !== undefined && endsAt > end.timeMs;
    },
    step() {
      const start = performance.now();
      dropOldFilters();
      const current = filters.at(-1);
      if (!build && current && inFilter > current.filter.capacity) startBuild();
      if (build) {
        stepBuild(build);
        return performance.now() - start;
      }
      if (!filing && isRoundDue()) startRound();
      if (!filing) return undefined;
      stepRound(filing.round);
      // A log that has grown to twice its measure would not be caught up with at the leisurely pace.
      return log.count > 2 * smallestRound && log.count > 2 * rows * logShare
        ? 0
        : restFactor * (performance.now() - start);
    },
    restore(records) {
      const lost: Uint8Array[] = [];
      for (let at = 0; at < records.length; at += recordBytes) {
        const record = records.slice(at, at + recordBytes);
        const key = record.slice(0, 32);
        if (log.find(key) === undefined && file.find(key) === undefined) lost.push(record);
      }
      if (lost.length > 0) this.record(Buffer.concat(lost));
      return lost.length;
    },
    unfiled: () => Buffer.concat(filing ? [filing.keys.bytes(), log.bytes()] : [log.bytes()]),
  };
}
