import { type Outcome, outcomes } from '../delivery/answer.ts';

/** Minutes that are kept: three hours. */
const keptMinutes = 180;
const minuteMs = 60_000;

/** Deliveries by outcome and minute of the wall clock; four bytes each. */
export interface Minutes {
  add(atMs: number, outcome: Outcome): void;
  /** Counts of the last `keptMinutes` up to now, the oldest first, by outcome. */
  read(nowMs: number): Record<Outcome, number[]>;
  /** Deliveries by outcome within the last `minutes`. */
  sum(nowMs: number, minutes: number): Record<Outcome, number>;
}

export function createMinutes(): Minutes {
  const counts = new Uint32Array(keptMinutes * outcomes.length);
  /** The newest minute that has a place. A clock that was set back counts there too. */
  let newest = 0;

  function moveTo(nowMs: number): void {
    const minute = Math.floor(nowMs / minuteMs);
    if (minute <= newest) return;
    const stale = Math.min(minute - newest, keptMinutes);
    for (let step = 0; step < stale; step++) {
      const place = ((minute - step) % keptMinutes) * outcomes.length;
      counts.fill(0, place, place + outcomes.length);
    }
    newest = minute;
  }

  function read(nowMs: number): Record<Outcome, number[]> {
    moveTo(nowMs);
    const rows = outcomes.map((outcome, index) => {
      const row = Array.from({ length: keptMinutes }, (_, age) => {
        const minute = newest - (keptMinutes - 1 - age);
        return minute < 0 ? 0 : (counts[(minute % keptMinutes) * outcomes.length + index] ?? 0);
      });
      return [outcome, row] as const;
    });
    return Object.fromEntries(rows) as Record<Outcome, number[]>;
  }

  return {
    add(atMs, outcome) {
      moveTo(atMs);
      const place = (newest % keptMinutes) * outcomes.length + outcomes.indexOf(outcome);
      counts[place] = (counts[place] ?? 0) + 1;
    },
    read,
    sum(nowMs, minutes) {
      const rows = Object.entries(read(nowMs)).map(([outcome, row]) => [
        outcome,
        row.slice(-minutes).reduce((total, count) => total + count, 0),
      ]);
      return Object.fromEntries(rows) as Record<Outcome, number>;
    },
  };
}
