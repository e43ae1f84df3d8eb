import { createHash } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EventFile, openEventFile } from '../../src/stores/embedded/event-file.ts';
import { createHousekeeping, type Housekeeping } from '../../src/stores/embedded/housekeeping.ts';
import { createRetentionClock } from '../../src/stores/embedded/retention-clock.ts';
import { recordBytes, type WorkerEnd } from '../../src/stores/embedded/shared-memory.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const keys = Array.from({ length: 12 }, (_, n) => createHash('sha256').update(String(n)).digest());

/**
 * What must be known and what must not. A memory ages while the store runs by what passes, a tenth more or less, whatever
 * the wall clock does; over a start by at most a day; a crash may give back what passed since the clock was written.
 */
function createModel() {
  const memories = new Map<string, { retentionMs: number; leastAge: number; mostAge: number }>();
  /** Since the file's clock was certainly written: what may have passed on it, and how far the wall clock was set on. */
  let unwritten = { ran: 0, setOn: 0 };
  const age = (least: number, most: number): void => {
    for (const memory of memories.values()) {
      memory.leastAge += least;
      memory.mostAge += most;
    }
  };
  return {
    record(name: string, retentionMs: number) {
      memories.set(name, { retentionMs, leastAge: 0, mostAge: 0 });
      if (unwritten.ran >= 1.2 * minute) unwritten = { ran: 0, setOn: 0 };
    },
    pass(ms: number) {
      unwritten.ran += 1.1 * ms;
      age(0.9 * ms, 1.1 * ms);
    },
    jump(byMs: number) {
      unwritten.setOn += Math.max(0, byMs);
    },
    start({ downMs, crashed }: { downMs: number; crashed: boolean }) {
      const setOn = unwritten.setOn + (crashed ? unwritten.ran : 0);
      age(crashed ? -unwritten.ran : 0, Math.min(day, downMs + setOn));
      unwritten = { ran: crashed ? unwritten.ran : 0, setOn: crashed ? unwritten.setOn : 0 };
    },
    /** Undefined where both are right. */
    mustKnow(name: string): boolean | undefined {
      const memory = memories.get(name);
      if (memory === undefined || memory.leastAge > memory.retentionMs + 1) return false;
      return memory.mostAge < memory.retentionMs - 1 ? true : undefined;
    },
  };
}

/** The store's file with its housekeeping and clock, on one thread. */
function createMachine(first: string) {
  const clock = createSteppedClock();
  let path = first;
  let file: EventFile;
  let keeping: Housekeeping;
  let retention: ReturnType<typeof createRetentionClock>;
  const open = (): void => {
    file = openEventFile({ file: path, lockWaitMs: 0, afterFault: false, onWait: () => {} });
    retention = createRetentionClock({ ...clock, onJump: () => {} });
    const saved = file.readClock();
    if (saved) retention.resume(saved);
    const end = {
      get timeMs() {
        return retention.read();
      },
      get wallMs() {
        return retention.wallMs;
      },
      get maySweep() {
        return retention.settled();
      },
      setRemembered: () => {},
    } as unknown as WorkerEnd;
    keeping = createHousekeeping({
      file,
      end,
      sweepEveryMs: minute,
      onWalked: (damaged) => expect(damaged).toBe(0),
    });
  };
  open();
  return {
    record(some: readonly Buffer[], retentionMs: number) {
      const records = Buffer.alloc(some.length * recordBytes);
      for (const [n, key] of some.entries()) {
        key.copy(records, n * recordBytes);
        records.writeDoubleLE(retention.read() + retentionMs, n * recordBytes + 32);
      }
      keeping.record(records);
    },
    knows: (key: Buffer) => keeping.isDelivered(key),
    pass(ms: number) {
      for (let left = ms; left > 0; left -= minute) {
        clock.pass(Math.min(left, minute));
        retention.read();
      }
    },
    jump: clock.jump,
    sweep() {
      for (let steps = 0; steps < 10; steps++) keeping.step();
    },
    restart(downMs: number) {
      keeping.end();
      file.close();
      clock.pass(downMs);
      open();
    },
    /** As `kill -9` leaves it: the database and its log as they lie there. */
    crash(downMs: number) {
      const next = `${path}x`;
      copyFileSync(path, next);
      copyFileSync(`${path}-wal`, `${next}-wal`);
      file.close();
      path = next;
      clock.pass(downMs);
      open();
    },
    close: () => file.close(),
  };
}

const downMs = fc.constantFrom(0, minute, 3 * day, 30 * day);
const op = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      which: fc.subarray([...keys.keys()], { minLength: 1 }),
      retentionMs: fc.constantFrom(10 * minute, 2 * day, 7 * day),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1000, 5 * minute, 12 * minute, day / 2, 2 * day),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('jump' as const),
      ms: fc.constantFrom(-365 * day, -day, -minute, minute, day, 30 * day, 3650 * day),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), downMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), downMs }) },
);

test('records, walks, starts, crashes and clocks that jump, in any order: what is known is what a model knows', () => {
  const property = fc.property(fc.array(op, { minLength: 5, maxLength: 25 }), (ops) => {
    const machine = createMachine(join(temporaryDirectory(), 'events.db'));
    const model = createModel();
    try {
      for (const one of ops) {
        if (one.kind === 'record') {
          machine.record(
            one.which.map((n) => keys[n] as Buffer),
            one.retentionMs,
          );
          for (const n of one.which) model.record(String(n), one.retentionMs);
        } else if (one.kind === 'pass') {
          machine.pass(one.ms);
          model.pass(one.ms);
        } else if (one.kind === 'jump') {
          machine.jump(one.ms);
          model.jump(one.ms);
        } else if (one.kind === 'sweep') {
          machine.sweep();
        } else {
          machine[one.kind](one.downMs);
          model.start({ downMs: one.downMs, crashed: one.kind === 'crash' });
        }
        for (const [n, key] of keys.entries()) {
          const must = model.mustKnow(String(n));
          if (must !== undefined) expect([n, machine.knows(key)]).toEqual([n, must]);
        }
      }
    } finally {
      machine.close();
    }
  });
  fc.assert(property, { numRuns: 100 });
}, 120_000);
